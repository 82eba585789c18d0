"""The dural sac of one patient, from the top of the column to its end in the sacrum."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from lbp_outcome.simulate.body.areas import (
    AREA_BY_COUNT,
    LEAST_ROUNDNESS,
    THORACIC_AREA,
    draw_areas,
)
from lbp_outcome.simulate.body.bones import SacrumShape, VertebraShape
from lbp_outcome.simulate.body.clearance import (
    back_of_disc,
    fat_before,
    reach_behind,
    room_at,
)
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.neural import SacShape
from lbp_outcome.simulate.people.patients import Patients

STEP_MM = 1.0
SMOOTHING_STEPS = 5
"""The dura is taut: it does not follow every corner of the back wall."""

PUSH_MM = 7.0
"""Over this distance a disc that stands out pushes the dura back."""

NARROW_HALF_LENGTH = 4.0
NARROWING = 0.5
"""How far the sac has narrowed a third of a body's height above and below its middle.
"""

EXCESS_SHARE, EXCESS_PER_BMI, EXCESS_FROM_BMI = 0.02, 0.008, 27.0
"""How often there is too much epidural fat; the heavier, the more often."""

PATIENT_SD = 22.0
OPEN_AREA, OPEN_AREA_SD = 12.0, 6.0
"""Beside the bodies the sac is wider by this than at a sound disc [mm2]."""

OPEN_ROUNDNESS, NARROW_ROUNDNESS = 0.74, 0.52
"""Depth over width of an open sac and of one squeezed to 50 mm2."""


@dataclass(frozen=True, eq=False)
class _Control:
    """One place along the sac.

    Attributes:
        wall: Axes with their origin on the back wall of the column.
        gap: Distance from there to the front of the sac [mm].
        width: Half the sac's width [mm].
        depth: Half its depth [mm].
    """

    wall: Frame
    gap: float
    width: float
    depth: float

    @property
    def centre(self) -> Float[np.ndarray, "3"]:
        return self.wall.at(anterior=-(self.gap + self.depth))


def lay_sac(
    patient: Patients,
    vertebrae: tuple[VertebraShape, ...],
    discs: tuple[DiscShape, ...],
    sacrum: SacrumShape,
    rng: np.random.Generator,
) -> SacShape:
    """Return the sac; at the operated disc its area is exactly the patient's."""
    heavy = max(float(patient.bmi[0]) - EXCESS_FROM_BMI, 0.0)
    excess = bool(rng.random() < EXCESS_SHARE + EXCESS_PER_BMI * heavy)
    roomy = rng.normal(0, PATIENT_SD)
    areas = draw_areas(patient, discs, roomy, excess, rng)
    controls = list[_Control]()
    above = areas[0]
    for vertebra, disc, area in zip(vertebrae, discs, areas, strict=True):
        sound = AREA_BY_COUNT.get(vertebra.number, THORACIC_AREA) + OPEN_AREA
        beside = max(sound + roomy + rng.normal(0, OPEN_AREA_SD), area)
        controls += _beside_body(vertebra, (float(above), beside, float(area)))
        controls += _behind_disc(disc, float(area))
        above = area
    controls += _in_sacrum(sacrum, float(areas[-1]), rng.normal(0, 4))
    return _tube(controls, excess)


def disc_step(sac: SacShape, disc: DiscShape) -> int:
    """Return the step of the sac that lies in the plane of a disc."""
    plane = (sac.centre - disc.frame.origin) @ disc.frame.superior
    return int(np.argmin(np.abs(plane)))


def _beside_body(
    vertebra: VertebraShape, areas: tuple[float, float, float]
) -> list[_Control]:
    """Control points behind a body, towards the discs above and below it.

    Args:
        vertebra: The vertebra.
        areas: Area of the sac at the disc above, beside the body, and at the disc below
            [mm2]; it narrows over half a body's height towards a stenosis.
    """
    above, beside, below = areas
    wall = vertebra.frame.moved(anterior=-vertebra.size.depth / 2)
    rise = 0.33 * vertebra.height
    room = vertebra.size.canal_depth - 2.0
    return [
        _Control(
            wall.moved(superior=up),
            1.5,
            *_half_axes((1 - NARROWING) * beside + NARROWING * disc, room),
        )
        for up, disc in ((rise, above), (-rise, below))
    ]


def _behind_disc(disc: DiscShape, area: float) -> list[_Control]:
    """Control points at a disc: a stenosis is as long as the joint that makes it."""
    wall, room = back_of_disc(disc), room_at(disc)
    return [
        _Control(
            wall.moved(superior=up),
            max(reach_behind(disc, up), step) + fat_before(disc),
            *_half_axes(area * (1.0 if up == 0 else 1.04), room),
        )
        for up, step in (
            (NARROW_HALF_LENGTH, max(-disc.slip, 0) / 2),
            (0.0, 0.0),
            (-NARROW_HALF_LENGTH, max(disc.slip, 0) / 2),
        )
    ]


def _in_sacrum(sacrum: SacrumShape, area_above: float, lower: float) -> list[_Control]:
    """Control points in the sacrum, where the sac tapers and ends behind S2."""
    first, second, *_ = sacrum.segments
    shares = (
        (first, 0.0, 5.0, 0.75),
        (second, 6.0, 5.5, 0.42),
        (second, -9.0 + lower, 5.0, 0.05),
    )
    return [
        _Control(
            bone.frame.moved(anterior=-0.43 * bone.size.depth, superior=up),
            gap,
            *_half_axes(share * area_above),
        )
        for bone, up, gap, share in shares
    ]


def _tube(controls: list[_Control], excess: bool) -> SacShape:
    """Bend a tube of the given size along the back wall of the column."""
    centre = np.array([control.centre for control in controls])
    knots = np.r_[0, np.cumsum(np.linalg.norm(np.diff(centre, axis=0), axis=1))]
    # Every control point is a step, so the operated disc's area is met exactly.
    steps = np.unique(np.r_[np.arange(0, knots[-1], STEP_MM), knots])
    path = gaussian_filter1d(
        PchipInterpolator(knots, centre)(steps), SMOOTHING_STEPS, axis=0, mode="nearest"
    )
    path = _pushed_back(path, steps, knots, controls)
    distance = np.r_[0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]
    upward = -_unit(np.gradient(path, distance, axis=0))
    rightward = _unit(np.array([1.0, 0.0, 0.0]) - upward[:, :1] * upward)
    width, depth = (
        PchipInterpolator(knots, [getattr(control, name) for control in controls])
        for name in ("width", "depth")
    )
    return SacShape(
        distance=distance,
        centre=path,
        upward=upward,
        rightward=rightward,
        backward=np.cross(rightward, upward),
        half_width=width(steps),
        half_depth=depth(steps),
        excess_fat=excess,
    )


def _pushed_back(
    path: Float[np.ndarray, "steps 3"],
    steps: Float[np.ndarray, " steps"],
    knots: Float[np.ndarray, " controls"],
    controls: list[_Control],
) -> Float[np.ndarray, "steps 3"]:
    """Push a smoothed path back wherever it would run through bone or disc."""
    pushed = path.copy()
    for knot, control in zip(knots, controls, strict=True):
        step = int(np.argmin(np.abs(steps - knot)))
        backward = -control.wall.anterior
        lack = float((control.centre - pushed[step]) @ backward)
        near = np.exp(-(((steps - knot) / PUSH_MM) ** 2))
        pushed += max(lack, 0.0) * near[:, None] * backward
    return pushed


def _unit(vectors: Float[np.ndarray, "steps 3"]) -> Float[np.ndarray, "steps 3"]:
    unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _half_axes(area: float, room: float = np.inf) -> tuple[float, float]:
    """Half width and half depth of an ellipse; the narrower, the flatter [mm].

    It is no deeper than its room, but never flatter than a sac can be.
    """
    openness = float(np.clip((area - 50) / 90, 0, 1))
    roundness = NARROW_ROUNDNESS + (OPEN_ROUNDNESS - NARROW_ROUNDNESS) * openness
    depth = min(float(np.sqrt(area * roundness / np.pi)), room / 2)
    depth = max(depth, float(np.sqrt(area * LEAST_ROUNDNESS / np.pi)))
    return area / (np.pi * depth), depth
