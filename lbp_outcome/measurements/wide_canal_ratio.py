"""Depth of the canal at L5 against that at L1."""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.canal import canal_sections, sections_behind
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms.vertebra import Body, BodyStack
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

WIDE = BodyStack(bodies=(Body(canal_mm=16.0), Body(canal_mm=14.0), *(Body(),) * 3))


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: proxy of the wide canal sign",
    phantom=Example(anatomy=WIDE, value=16.0 / 12.0, tolerance=0.06),
    normal=ReferenceRange(
        source="above 1.25 the wide canal sign (uncertain)",
        high=1.25,
        uncertain=True,
    ),
)
def wide_canal_ratio(spine: Spine) -> float:
    """Midline depth of the canal between the pedicles of L5 over that at L1.

    A hint at a gap in both pars of L5, through which the arch stays behind while the
    body slips: a proxy for screening, to be looked up on the images. The published sign
    is about the bony canal; a mask that follows the dural sac hides it, as the sac is
    narrower at L5.

    Raises:
        NotMeasurable: The canal is not segmented behind L1 and L5, or one of them is
            not.
    """
    low, high = (_depth_mm(spine, name) for name in (Vertebra.L5, Vertebra.L1))
    return low / high


def _depth_mm(spine: Spine, vertebra: Vertebra) -> float:
    behind = sections_behind(spine, vertebra)
    return float(canal_sections(spine).depth_mm[behind].mean())
