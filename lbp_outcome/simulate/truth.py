"""What a perfect measurement would find, from the formulas of the shapes alone."""

from collections.abc import Collection, Iterator
from itertools import combinations

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import LUMBAR_DISCS, Disc, Vertebra
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.shapes import Anatomy, DiscShape, VertebraShape
from lbp_outcome.units import Unit

CENTRAL_SHARE = 0.8
"""Share of an endplate's area, around its middle, that counts."""

CANAL_REACH_MM = 8.0
"""The canal at a disc is looked at this far up and down from it."""

BACK, HEAD, LEFT = np.array([0, -1.0, 0]), np.array([0, 0, 1.0]), np.array([-1.0, 0, 0])


def true_measurements(
    anatomy: Anatomy, complete: Collection[Vertebra]
) -> tuple[Measurement, ...]:
    """Return the true values of one patient, by lumbar disc and of the whole spine.

    Args:
        anatomy: The shapes.
        complete: The vertebrae that the scan shows completely; a level whose upper
            vertebra is cut off has a reason instead of values.
    """
    per_disc = [
        item for disc in LUMBAR_DISCS for item in _at_disc(anatomy, disc, complete)
    ]
    return (*per_disc, *_of_spine(anatomy, complete))


def _at_disc(
    anatomy: Anatomy, name: Disc, complete: Collection[Vertebra]
) -> Iterator[Measurement]:
    shape = anatomy.disc(name)
    values = {
        ("disc_height_mm", Unit.MILLIMETRE): true_disc_height(shape),
        ("disc_wedge_deg", Unit.DEGREE): true_wedge(shape),
        ("listhesis_mm", Unit.MILLIMETRE): true_listhesis(shape),
        ("canal_area_mm2", Unit.SQUARE_MILLIMETRE): _canal_area(anatomy, shape),
    }
    seen = shape.name.upper in complete
    reason = "" if seen else f"{shape.name.upper} lies partly outside the scan"
    for (measurement, unit), value in values.items():
        yield Measurement(
            name=measurement,
            value=value if seen else None,
            unit=unit,
            level=shape.name,
            reason=reason,
        )


def _of_spine(
    anatomy: Anatomy, complete: Collection[Vertebra]
) -> Iterator[Measurement]:
    lordosis = _lean(anatomy.vertebra(Vertebra.L1), top=True, towards=BACK) - _lean(
        anatomy.sacrum.segments[0], top=True, towards=BACK
    )
    bones = [bone for bone in anatomy.vertebrae if bone.name in complete]
    angles = [
        _lean(above, top=True, towards=LEFT) - _lean(below, top=False, towards=LEFT)
        for above, below in combinations(bones, 2)
    ]
    cobb = max(map(abs, angles))
    yield Measurement(name="lumbar_lordosis_deg", value=lordosis, unit=Unit.DEGREE)
    yield Measurement(name="cobb_deg", value=cobb, unit=Unit.DEGREE)


def _lean(bone: VertebraShape, *, top: bool, towards: Float[np.ndarray, "3"]) -> float:
    """How far the normal of an endplate leans one way from upright [deg]."""
    normal = bone.endplate_normal(top=top)
    return float(np.degrees(np.arctan2(normal @ towards, normal @ HEAD)))


def _disc_axes(
    disc: DiscShape,
) -> tuple[Float[np.ndarray, "3"], Float[np.ndarray, "3"]]:
    """Upward and backward unit vectors halfway between the endplates."""
    upward = disc.upper.endplate_normal(top=False) + disc.lower.endplate_normal(
        top=True
    )
    upward /= np.linalg.norm(upward)
    backward = BACK - (BACK @ upward) * upward
    return upward, backward / np.linalg.norm(backward)


def true_wedge(disc: DiscShape) -> float:
    """Angle between the endplates in the sagittal plane, open in front positive."""
    upward, backward = _disc_axes(disc)
    normals = (
        disc.upper.endplate_normal(top=False),
        disc.lower.endplate_normal(top=True),
    )
    above, below = (np.arctan2(n @ backward, n @ upward) for n in normals)
    return float(np.degrees(above - below))


def true_listhesis(disc: DiscShape) -> float:
    """Distance between the back corners along the disc, slip forwards positive."""
    upper = disc.upper.corner(front=False, top=False)
    lower = disc.lower.corner(front=False, top=True)
    return float((lower - upper) @ _disc_axes(disc)[1])


def _canal_area(anatomy: Anatomy, disc: DiscShape) -> float:
    """Smallest cross-section of the dural sac beside the disc."""
    sac = anatomy.sac
    plane = (sac.centre - disc.frame.origin) @ disc.frame.superior
    level = sac.distance[np.argmin(np.abs(plane))]
    beside = np.abs(sac.distance - level) <= CANAL_REACH_MM
    return float(sac.area[beside].min())


def true_disc_height(disc: DiscShape) -> float:
    """Mean distance between the facing endplates over their overlap."""
    upward, _ = _disc_axes(disc)
    down = _gaps((disc.upper, False), (disc.lower, True), -upward)
    up = _gaps((disc.lower, True), (disc.upper, False), upward)
    return float((down.mean() + up.mean()) / 2)


def _gaps(
    start: tuple[VertebraShape, bool],
    end: tuple[VertebraShape, bool],
    direction: Float[np.ndarray, "3"],
) -> Float[np.ndarray, " overlap"]:
    """Distance from points of one endplate to the other one, if it lies opposite."""
    points = _endplate_points(*start)
    bone, top = end
    local = (points - bone.frame.origin) @ bone.frame.axes.T
    step = bone.frame.axes @ direction
    gap = np.zeros(len(points))
    for _ in range(6):  # the endplates are nearly flat: six steps leave < 0.001 mm
        place = local + gap[:, None] * step
        surface = _surface(bone, top, place[:, 0], place[:, 1])
        gap += (surface - place[:, 2]) / step[2]
    opposite = _is_central(bone, place[:, 0], place[:, 1])
    found: np.ndarray = gap[opposite]
    return found


def _endplate_points(bone: VertebraShape, top: bool) -> Float[np.ndarray, "n 3"]:
    """Points evenly spread over the central part of an endplate [mm, patient space]."""
    ticks = np.linspace(-0.5, 0.5, 61)
    grid = np.meshgrid(ticks * bone.size.width, ticks * bone.size.depth)
    right, anterior = (axis.ravel() for axis in grid)
    central = _is_central(bone, right, anterior)
    right, anterior = right[central], anterior[central]
    height = _surface(bone, top, right, anterior)
    local = np.column_stack([right, anterior, height])
    points: np.ndarray = bone.frame.origin + local @ bone.frame.axes
    return points


def _surface(
    bone: VertebraShape, top: bool, right: np.ndarray, anterior: np.ndarray
) -> np.ndarray:
    endplate = bone.upper_endplate if top else bone.lower_endplate
    return endplate(right, anterior)


def _is_central(
    bone: VertebraShape, right: np.ndarray, anterior: np.ndarray
) -> np.ndarray:
    """Whether points lie in the middle of the blunt oval that outlines the body."""
    p = (2 * right / bone.size.width) ** 2
    q = (2 * anterior / bone.size.depth) ** 2
    central: np.ndarray = 0.5 * (p + q) + 0.5 * np.sqrt(p**2 + q**2) <= CENTRAL_SHARE
    return central
