"""Coronal Cobb angle."""

from collections.abc import Iterator

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.endplate import End, endplate
from lbp_outcome.geometry.frame import rough_frame
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

SCOLIOTIC = AnalyticSpine(
    segments=tuple(Segment(coronal_deg=lean) for lean in (6.0, 7.0, 5.0, -4.0)),
    tilt_deg=(8.0, 9.0, 0.0),
)

LEAST_UPRIGHT = 0.5
"""An endplate tilted more than 60 degrees, as of a sacrum taken for a lumbar vertebra,
is seen almost edge-on from the front: its lean there means nothing."""


@measurement(
    unit=Unit.DEGREE,
    reference="doi:10.1007/s00330-024-10616-8",
    phantom=Example(anatomy=SCOLIOTIC, value=12.0, tolerance=1.0),
)
def cobb_deg(spine: Spine) -> float:
    """Largest angle between two endplates in the coronal plane [deg].

    Taken between the upper endplate of one vertebra and the lower endplate of a
    vertebra below it, over all pairs. More than 10 degrees is called a scoliosis. The
    largest of many noisy angles is never zero: expect 1 to 2 degrees in a straight
    spine.

    Raises:
        NotMeasurable: Fewer than two vertebrae show the endplates it needs.
    """
    upper = dict(_leans(spine, End.UPPER))
    lower = dict(_leans(spine, End.LOWER))
    angles = [
        abs(upper[above] - lower[below])
        for above in upper
        for below in lower
        if above.order < below.order
    ]
    if not angles:
        raise NotMeasurable("fewer than two vertebrae show both of their endplates")
    return max(angles)


def _leans(spine: Spine, end: End) -> Iterator[tuple[Vertebra, float]]:
    """How far each visible endplate leans to the left."""
    frame = rough_frame(spine)
    for vertebra in spine.named:
        if vertebra is Vertebra.S1:
            continue  # the sacrum has no lower endplate, and is no end vertebra
        try:
            plane = endplate(spine, vertebra, end).plane
        except NotMeasurable:
            continue
        if plane.normal @ frame.superior > LEAST_UPRIGHT:
            yield vertebra, frame.coronal_deg(plane.normal)
