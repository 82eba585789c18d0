"""What a perfect measurement would find, from the formulas of the shapes alone."""

from collections.abc import Collection, Iterator
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.neural import SacShape
from lbp_outcome.simulate.paint.canvas import Look
from lbp_outcome.simulate.paint.tissues import FLUID, T2, nucleus
from lbp_outcome.simulate.truth.disc_volume import true_disc_volume
from lbp_outcome.simulate.truth.endplate import true_gaps, true_normal
from lbp_outcome.units import Unit

CANAL_REACH_MM = 8.0
"""The canal at a disc is looked at this far up and down from it."""

BACK, HEAD, LEFT = np.array([0, -1.0, 0]), np.array([0, 0, 1.0]), np.array([-1.0, 0, 0])


def true_measurements(
    anatomy: Anatomy, complete: Collection[VertebraShape], t2: Look = T2
) -> tuple[Measurement, ...]:
    """Return the true values of one patient, by lumbar disc and of the whole spine.

    Args:
        anatomy: The shapes.
        complete: The vertebrae that the scan shows completely; a level whose upper
            vertebra is cut off has a reason instead of values.
        t2: How bright tissues are on the T2 images of this scan.
    """
    per_disc = [
        item
        for disc in lumbar_discs(anatomy)
        for item in _at_disc(anatomy, disc, complete, t2)
    ]
    return (*per_disc, *_of_spine(anatomy, complete))


def lumbar_discs(anatomy: Anatomy) -> tuple[DiscShape, ...]:
    """Return the discs above L1 and below, from above; L6 has one too."""
    return tuple(
        disc for disc in anatomy.discs if disc.name.lower.order >= Vertebra.L1.order
    )


def _at_disc(
    anatomy: Anatomy,
    shape: DiscShape,
    complete: Collection[VertebraShape],
    t2: Look,
) -> Iterator[Measurement]:
    sac, beside = anatomy.sac, _beside(anatomy.sac, shape)
    values = {
        ("disc_height_mm", Unit.MILLIMETRE): true_disc_height(shape),
        ("disc_wedge_deg", Unit.DEGREE): true_wedge(shape),
        ("listhesis_mm", Unit.MILLIMETRE): true_listhesis(shape),
        ("disc_volume_mm3", Unit.CUBIC_MILLIMETRE): true_disc_volume(anatomy, shape),
        ("disc_csf_signal_ratio", Unit.RATIO): _signal_ratio(shape, t2),
        ("canal_area_mm2", Unit.SQUARE_MILLIMETRE): float(sac.area[beside].min()),
        ("canal_ap_mm", Unit.MILLIMETRE): 2 * float(sac.half_depth[beside].min()),
    }
    seen = shape.name.upper in [bone.name for bone in complete]
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
    anatomy: Anatomy, complete: Collection[VertebraShape]
) -> Iterator[Measurement]:
    lordosis = _lean(anatomy.vertebra(Vertebra.L1), top=True, towards=BACK) - _lean(
        anatomy.sacrum.segments[0], top=True, towards=BACK
    )
    bones = list(complete)
    angles = [
        _lean(above, top=True, towards=LEFT) - _lean(below, top=False, towards=LEFT)
        for above, below in combinations(bones, 2)
    ]
    cobb = max(map(abs, angles))
    yield Measurement(name="lumbar_lordosis_deg", value=lordosis, unit=Unit.DEGREE)
    yield Measurement(name="cobb_deg", value=cobb, unit=Unit.DEGREE)


def _lean(bone: VertebraShape, *, top: bool, towards: Float[np.ndarray, "3"]) -> float:
    """How far the normal of an endplate leans one way from upright [deg]."""
    normal = true_normal(bone, top=top)
    return float(np.degrees(np.arctan2(normal @ towards, normal @ HEAD)))


def _disc_axes(
    disc: DiscShape,
) -> tuple[Float[np.ndarray, "3"], Float[np.ndarray, "3"]]:
    """Upward and backward unit vectors halfway between the endplates."""
    upward = true_normal(disc.upper, top=False) + true_normal(disc.lower, top=True)
    upward /= np.linalg.norm(upward)
    backward = BACK - (BACK @ upward) * upward
    return upward, backward / np.linalg.norm(backward)


def true_wedge(disc: DiscShape) -> float:
    """Angle between the endplates in the sagittal plane, open in front positive."""
    upward, backward = _disc_axes(disc)
    normals = (
        true_normal(disc.upper, top=False),
        true_normal(disc.lower, top=True),
    )
    above, below = (np.arctan2(n @ backward, n @ upward) for n in normals)
    return float(np.degrees(above - below))


def true_listhesis(disc: DiscShape) -> float:
    """Distance between the back corners along the disc, slip forwards positive."""
    upper = disc.upper.corner(front=False, top=False)
    lower = disc.lower.corner(front=False, top=True)
    return float((lower - upper) @ _disc_axes(disc)[1])


def _beside(sac: SacShape, disc: DiscShape) -> Bool[np.ndarray, " steps"]:
    """Which steps of the dural sac lie beside a disc."""
    plane = (sac.centre - disc.frame.origin) @ disc.frame.superior
    level = sac.distance[np.argmin(np.abs(plane))]
    beside: np.ndarray = np.abs(sac.distance - level) <= CANAL_REACH_MM
    return beside


def _signal_ratio(disc: DiscShape, t2: Look) -> float:
    """Brightness of the nucleus over that of the fluid, before noise and coil."""
    return t2(nucleus(disc.grade, disc.signal_deviation)) / t2(FLUID)


def true_disc_height(disc: DiscShape) -> float:
    """Mean distance between the facing endplates over their overlap."""
    upward, _ = _disc_axes(disc)
    down = true_gaps((disc.upper, False), (disc.lower, True), -upward)
    up = true_gaps((disc.lower, True), (disc.upper, False), upward)
    return float((down.mean() + up.mean()) / 2)
