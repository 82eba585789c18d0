"""What a perfect measurement would find, from the formulas of the shapes alone.

The names, units and places are those of the shelf of measurements. What follows from
voxels, such as texture, or from a rule of thumb alone has no truth here.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.paint.canvas import Look
from lbp_outcome.simulate.paint.tissues import T2
from lbp_outcome.simulate.truth.bones import of_body, of_endplates
from lbp_outcome.simulate.truth.canal import (
    depth_behind,
    of_canal,
    of_pedicles,
    stenosis_count,
)
from lbp_outcome.simulate.truth.curves import of_curves
from lbp_outcome.simulate.truth.discs import of_disc
from lbp_outcome.simulate.truth.joints import of_joints
from lbp_outcome.simulate.truth.muscles import of_muscles
from lbp_outcome.simulate.truth.signal import of_signal
from lbp_outcome.simulate.truth.value import true_value


def true_measurements(
    anatomy: Anatomy, complete: Collection[VertebraShape], t2: Look = T2
) -> tuple[Measurement, ...]:
    """Return the true values of one patient: by disc, vertebra, muscle and spine.

    Args:
        anatomy: The shapes.
        complete: The vertebrae that the scan shows completely; a level whose upper
            vertebra is cut off has a reason instead of values.
        t2: How bright tissues are on the T2 images of this scan.
    """
    discs = lumbar_discs(anatomy)
    names = [bone.name for bone in complete]
    shown = [disc for disc in discs if disc.upper.name in names]
    per_level = (
        item
        for disc in discs
        for item in _seen(disc, shown, _at_level(anatomy, disc, complete, t2))
    )
    muscles = of_muscles(anatomy, complete)
    return (*per_level, *muscles, *_of_spine(anatomy, complete, shown))


def lumbar_discs(anatomy: Anatomy) -> tuple[DiscShape, ...]:
    """Return the discs above L1 and below, from above; L6 has one too."""
    return tuple(
        disc for disc in anatomy.discs if disc.name.lower.order >= Vertebra.L1.order
    )


def _at_level(
    anatomy: Anatomy,
    disc: DiscShape,
    complete: Collection[VertebraShape],
    t2: Look,
) -> Iterator[Measurement]:
    """All that is true of a disc and of the vertebra above it."""
    yield from of_disc(anatomy, disc)
    yield from of_endplates(disc)
    yield from of_canal(anatomy, disc)
    yield from of_joints(anatomy, disc.name)
    yield from of_signal(disc, lumbar_discs(anatomy), t2)
    yield from of_body(disc.upper, complete)
    yield from of_pedicles(anatomy.sac, disc.upper)


def _seen(
    disc: DiscShape, shown: Collection[DiscShape], items: Iterable[Measurement]
) -> Iterator[Measurement]:
    """The values, or why a scan that cuts off the vertebra above cannot tell them."""
    reason = f"{disc.name.upper} lies partly outside the scan"
    for item in items:
        yield item if disc in shown else replace(item, value=None, reason=reason)


def _of_spine(
    anatomy: Anatomy, complete: Collection[VertebraShape], shown: list[DiscShape]
) -> Iterator[Measurement]:
    yield from of_curves(anatomy, complete)
    yield true_value("stenosis_level_count", stenosis_count(anatomy, shown))
    bones = {bone.name: bone for bone in complete}
    if Vertebra.L1 in bones and Vertebra.L5 in bones:
        low, high = (
            depth_behind(anatomy.sac, bones[name])
            for name in (Vertebra.L5, Vertebra.L1)
        )
        yield true_value("wide_canal_ratio", low / high)
