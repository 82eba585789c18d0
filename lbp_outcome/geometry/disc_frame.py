"""The frame of a disc: between its endplates, with axes of its own."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.geometry.endplate import facing_endplates
from lbp_outcome.geometry.frame import Frame, rough_frame, upright
from lbp_outcome.geometry.once import once
from lbp_outcome.spine import Spine


@once
def disc_frame(spine: Spine, disc: Disc) -> Frame:
    """Return the frame in the middle of a disc, level with both endplates.

    The upward axis halves the angle between the endplates; the origin is the centre of
    the disc, or of the space between the endplates where the disc is not segmented.

    Raises:
        NotMeasurable: An endplate beside the disc is not visible.
    """
    upper, lower = facing_endplates(spine, disc)
    middle = (upper.plane.centre + lower.plane.centre) / 2
    found = spine.discs.get(disc)
    origin = middle if found is None else found.centroid
    superior = upper.plane.normal + lower.plane.normal
    return upright(origin, superior, rough_frame(spine).posterior)
