"""The largest sideways curve of the spine, and what readers say about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lbp_outcome.anatomy import Disc, Side, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.endplate import End, Endplate, endplate
from lbp_outcome.geometry.frame import rough_frame
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine, column

LEAST_UPRIGHT = 0.5
"""An endplate tilted more than 60 degrees, as of a sacrum taken for a lumbar vertebra,
is seen almost edge-on from the front: its lean there means nothing."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The pair of endplates with the largest coronal angle between them.

    Attributes:
        angle_deg: Angle between them [deg].
        upper: Upper end vertebra, of which the upper endplate counts.
        lower: Lower end vertebra, of which the lower endplate counts.
        apex: Vertebra or disc furthest from the line between the ends; None if what
            lies between them is not seen.
        convex: The side to which the spine bulges.
        slices: Sagittal slices that show the endplate which the fewest show.
    """

    angle_deg: float
    upper: Vertebra
    lower: Vertebra
    apex: Vertebra | Disc | None
    convex: Side
    slices: int

    def __str__(self) -> str:
        """Read like a line of a report."""
        apex = self.apex or "not seen"
        return (
            f"upper endplate of {self.upper} to lower endplate of {self.lower}, "
            f"apex {apex}, convex to the {self.convex}; each endplate is seen in "
            f"{self.slices} slices or more"
        )


@once
def largest_curve(spine: Spine) -> Curve:
    """Return the largest coronal curve between any two vertebrae.

    Turning the whole patient or scan sideways changes all leans alike, so that their
    differences stay; what is front is told from the canal, not from the scanner.

    Raises:
        NotMeasurable: Fewer than two vertebrae show the endplates it needs.
    """
    upper, lower = dict(_leans(spine, End.UPPER)), dict(_leans(spine, End.LOWER))
    angles = {
        (above, below): upper[above] - lower[below]
        for above in upper
        for below in lower
        if above.order < below.order
    }
    if not angles:
        raise NotMeasurable("fewer than two vertebrae show both of their endplates")
    (top, bottom), angle = max(angles.items(), key=lambda item: abs(item[1]))
    convex = Side.RIGHT if angle > 0 else Side.LEFT
    apex = _apex(spine, top, bottom, convex)
    slices = min(_slices(spine, top, End.UPPER), _slices(spine, bottom, End.LOWER))
    return Curve(abs(angle), top, bottom, apex, convex, slices)


def _leans(spine: Spine, end: End) -> Iterator[tuple[Vertebra, float]]:
    """How far each visible endplate leans to the left."""
    frame = rough_frame(spine)
    for vertebra in spine.named:
        if vertebra is Vertebra.S1:
            continue  # the sacrum has no lower endplate, and is no end vertebra
        plate = _seen(spine, vertebra, end)
        if plate and plate.plane.normal @ frame.superior > LEAST_UPRIGHT:
            yield vertebra, frame.coronal_deg(plate.plane.normal)


def _apex(
    spine: Spine, top: Vertebra, bottom: Vertebra, convex: Side
) -> Vertebra | Disc | None:
    """What lies furthest to the convex side of the line between the outer ones."""
    places = dict(_places(spine, top, bottom))
    if not places:
        return None
    frame = rough_frame(spine)
    local = frame.local(np.array(list(places.values())))
    left, height = local[:, 0], local[:, 2]
    line = np.interp(height, height[[-1, 0]], left[[-1, 0]])
    out = (left - line) * (1 if convex is Side.LEFT else -1)
    return list(places)[int(out.argmax())]


def _places(
    spine: Spine, top: Vertebra, bottom: Vertebra
) -> Iterator[tuple[Vertebra | Disc, np.ndarray]]:
    """Middles of the vertebrae and disc spaces from end to end, from the head down."""
    names = [name for name in column(spine.named) if top.order <= name.order]
    for name, below in pairwise(names):
        if name.order > bottom.order:
            return
        upper, lower = _seen(spine, name, End.UPPER), _seen(spine, name, End.LOWER)
        if upper and lower:
            yield name, (upper.plane.centre + lower.plane.centre) / 2
        beneath = _seen(spine, below, End.UPPER) if name is not bottom else None
        if lower and beneath:
            yield Disc(name, below), (lower.plane.centre + beneath.plane.centre) / 2


def _seen(spine: Spine, vertebra: Vertebra, end: End) -> Endplate | None:
    try:
        return endplate(spine, vertebra, end)
    except NotMeasurable:
        return None


def _slices(spine: Spine, vertebra: Vertebra, end: End) -> int:
    """In how many sagittal slices an endplate is seen."""
    grid = spine.stack[0].mask
    along = rough_frame(spine).left @ grid.affine[:3, :3] / grid.spacing_mm
    index = grid.to_index(endplate(spine, vertebra, end).points)
    return len(np.unique(np.round(index[:, int(np.abs(along).argmax())])))
