"""The dural sac of one patient, from T9 down to its end in the sacrum."""

import numpy as np
from jaxtyping import Float
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.shapes import (
    DiscShape,
    FatPad,
    Nerves,
    SacrumShape,
    SacShape,
    VertebraShape,
)
from lbp_outcome.simulate.people.patients import Patients

STEP_MM = 1.0
SMOOTHING_STEPS = 5
"""The dura is taut: it does not follow every corner of the back wall."""

NARROW_HALF_LENGTH = 4.0
NARROWING = 0.5
"""How far the sac has narrowed a third of a body's height above and below its middle.
"""

Control = tuple[Frame, float, float]
"""The back wall of the column, the gap before the sac [mm], the sac's area [mm2]."""

OPEN_AREA_MEAN, OPEN_AREA_SD = 165.0, 18.0
"""Area beside the vertebral bodies [mm2] (controls at L4-L5: 152 +/- 54, sheet 3.3)."""

OPEN_ROUNDNESS, NARROW_ROUNDNESS = 0.74, 0.52
"""Depth over width of an open sac and of one squeezed to 50 mm2."""

CONUS_BY_SHARE = {"T12": 0.2, "L1": 0.6, "L2": 0.2}
ROOTS = 16


def lay_sac(
    patient: Patients,
    vertebrae: tuple[VertebraShape, ...],
    discs: tuple[DiscShape, ...],
    sacrum: SacrumShape,
    rng: np.random.Generator,
) -> SacShape:
    """Return the sac; at the operated disc its area is exactly the patient's."""
    areas = _disc_areas(patient, discs, rng)
    controls = list[Control]()
    roomy = rng.normal(OPEN_AREA_MEAN, OPEN_AREA_SD)
    above = areas[0]
    for vertebra, disc, area in zip(vertebrae, discs, areas, strict=True):
        beside = roomy + rng.normal(0, 5)
        controls += _beside_body(vertebra, (above, beside, area))
        controls += _behind_disc(disc, area)
        above = area
    controls += _in_sacrum(sacrum, areas[-1])
    return _tube(controls)


def float_nerves(
    patient: Patients,
    sac: SacShape,
    vertebrae: tuple[VertebraShape, ...],
    discs: tuple[DiscShape, ...],
    rng: np.random.Generator,
) -> Nerves:
    """Return cord and roots; redundant roots loop above the operated level."""
    name = str(rng.choice(list(CONUS_BY_SHARE), p=list(CONUS_BY_SHARE.values())))
    conus = next(bone for bone in vertebrae if bone.name == Vertebra(name))
    level = next(disc for disc in discs if disc.name == patient.level_of(0))
    slack = rng.uniform(1.8, 2.8) * patient.redundant_roots[0]
    return Nerves(
        conus_step=sac.nearest(conus.frame.origin),
        stenosis_step=sac.nearest(level.frame.origin),
        slack=float(slack),
        roots=_place_roots(rng),
    )


def pad_with_fat(
    patient: Patients,
    sac: SacShape,
    discs: tuple[DiscShape, ...],
    rng: np.random.Generator,
) -> tuple[FatPad, ...]:
    """Return the fat behind the sac at each lumbar disc; absent where it is absent."""
    operated = patient.level_of(0)
    pads = []
    for disc in discs[-6:]:
        thickness = float(rng.uniform(4.0, 6.5))
        if disc.name == operated and patient.without_fat[0]:
            thickness = 0.0
        pads.append(
            FatPad(disc=disc.name, step=disc_step(sac, disc), thickness=thickness)
        )
    return tuple(pads)


def disc_step(sac: SacShape, disc: DiscShape) -> int:
    """Return the step of the sac that lies in the plane of a disc."""
    plane = (sac.centre - disc.frame.origin) @ disc.frame.superior
    return int(np.argmin(np.abs(plane)))


def _disc_areas(
    patient: Patients, discs: tuple[DiscShape, ...], rng: np.random.Generator
) -> Float[np.ndarray, " discs"]:
    """Draw the sac's area at every disc; it is smallest at the operated one."""
    narrow = float(patient.sac_area[0])
    means = np.array([150, 150, 150, 155, 155, 145, 135, 130, 115], dtype=float)
    worn = np.array([max(disc.grade - 3, 0) for disc in discs])
    drawn = means - 10 * worn + rng.normal(0, 10, len(discs))
    areas: np.ndarray = np.maximum(drawn, max(1.25 * narrow, 70))
    operated = [disc.name for disc in discs].index(patient.level_of(0))
    areas[operated] = narrow
    return areas


def _beside_body(
    vertebra: VertebraShape, areas: tuple[float, float, float]
) -> list[Control]:
    """Control points behind a body, towards the discs above and below it.

    Args:
        vertebra: The vertebra.
        areas: Area of the sac at the disc above, beside the body, and at the disc below
            [mm2]; it narrows over half a body's height towards a stenosis.
    """
    above, beside, below = areas
    wall = vertebra.frame.moved(anterior=-vertebra.size.depth / 2)
    rise = 0.33 * vertebra.height
    return [
        (wall.moved(superior=up), 1.5, (1 - NARROWING) * beside + NARROWING * disc)
        for up, disc in ((rise, above), (-rise, below))
    ]


def _behind_disc(disc: DiscShape, area: float) -> list[Control]:
    """Control points at a disc: a stenosis is as long as the joint that makes it."""
    wall, gap = _back_of_disc(disc), disc.bulge + _gap_at(disc.name)
    return [
        (wall.moved(superior=up), gap, area * (1.0 if up == 0 else 1.04))
        for up in (NARROW_HALF_LENGTH, 0.0, -NARROW_HALF_LENGTH)
    ]


def _back_of_disc(disc: DiscShape) -> Frame:
    """Middle of the gap between the back corners above and below the disc."""
    above = disc.upper.corner(front=False, top=False)
    below = disc.lower.corner(front=False, top=True)
    return Frame((above + below) / 2, disc.frame.axes)


def _gap_at(name: Disc) -> float:
    """Fat in front of the sac at a disc [mm]; most at L5-S1."""
    return 3.0 if name == Disc.parse("L5-S1") else 0.8


def _in_sacrum(sacrum: SacrumShape, area_above: float) -> list[Control]:
    first, second, third, *_ = sacrum.segments
    shares = (
        (first, 0.0, 5.0, 0.75),
        (second, 0.0, 5.5, 0.38),
        (third, 8.0, 5.0, 0.06),
    )
    return [
        (
            bone.frame.moved(anterior=-0.43 * bone.size.depth, superior=up),
            gap,
            share * area_above,
        )
        for bone, up, gap, share in shares
    ]


def _tube(controls: list[Control]) -> SacShape:
    """Bend a tube of the given areas along the back wall of the column."""
    areas = np.array([area for _, _, area in controls])
    width, depth = _half_axes(areas)
    centre = np.array(
        [
            frame.at(anterior=-(gap + half))
            for (frame, gap, _), half in zip(controls, depth, strict=True)
        ]
    )
    knots = np.r_[0, np.cumsum(np.linalg.norm(np.diff(centre, axis=0), axis=1))]
    # Every control point is a step, so the operated disc's area is met exactly.
    steps = np.unique(np.r_[np.arange(0, knots[-1], STEP_MM), knots])
    path = gaussian_filter1d(
        PchipInterpolator(knots, centre)(steps), SMOOTHING_STEPS, axis=0, mode="nearest"
    )
    distance = np.r_[0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]
    upward = -_unit(np.gradient(path, distance, axis=0))
    rightward = _unit(np.array([1.0, 0.0, 0.0]) - upward[:, :1] * upward)
    return SacShape(
        distance=distance,
        centre=path,
        upward=upward,
        rightward=rightward,
        backward=np.cross(rightward, upward),
        half_width=PchipInterpolator(knots, width)(steps),
        half_depth=PchipInterpolator(knots, depth)(steps),
    )


def _unit(vectors: Float[np.ndarray, "steps 3"]) -> Float[np.ndarray, "steps 3"]:
    unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _half_axes(
    area: Float[np.ndarray, " controls"],
) -> tuple[Float[np.ndarray, " controls"], Float[np.ndarray, " controls"]]:
    """Half width and half depth of an ellipse; the narrower, the flatter [mm]."""
    openness = np.clip((area - 50) / 90, 0, 1)
    roundness = NARROW_ROUNDNESS + (OPEN_ROUNDNESS - NARROW_ROUNDNESS) * openness
    width = np.sqrt(area / (np.pi * roundness))
    return width, roundness * width


def _place_roots(rng: np.random.Generator) -> Float[np.ndarray, "roots 3"]:
    """Scatter the roots in the back of the sac, where they sink in a lying patient."""
    right = rng.uniform(-0.75, 0.75, ROOTS)
    back = 0.62 - 0.55 * np.abs(rng.normal(0, 0.5, ROOTS)).clip(0, 1.6)
    phase = rng.uniform(0, 2 * np.pi, ROOTS)
    return np.column_stack([right, back, phase])
