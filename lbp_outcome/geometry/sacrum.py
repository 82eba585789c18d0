"""Does the lowest vertebra look like the name it was given?"""

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.numbering import numbering
from lbp_outcome.geometry.taper import taper
from lbp_outcome.spine import Numbering, Spine

TAPERS = 0.83
"""The first sacral segment is less deep below than above by this factor. In six real
examinations it was 0.56 to 0.74 there and 0.92 to 1.10 in 24 lumbar vertebrae."""


def numbering_doubt(spine: Spine) -> str:
    """Return why the vertebrae may have the wrong names, or an empty text.

    The taper of the lowest one is asked first; then the shapes of all of them, which
    must contradict their names strongly.
    """
    return _sacrum_doubt(spine) or _shape_doubt(spine)


def _shape_doubt(spine: Spine) -> str:
    try:
        flags = numbering(spine).flags
    except NotMeasurable:
        return ""
    return next((flag for flag in flags if flag.startswith("mis-numbered")), "")


def _sacrum_doubt(spine: Spine) -> str:
    counted = spine.numbering is Numbering.RELATIVE_FROM_BOTTOM
    if not counted or not spine.vertebrae:
        return ""
    lowest = max(spine.vertebrae, key=lambda name: name.order)
    try:
        is_sacrum = taper(spine, lowest) < TAPERS
    except NotMeasurable:
        return ""
    if is_sacrum and lowest is not Vertebra.S1:
        return (
            f"the lowest vertebra, named {lowest}, tapers downwards like the sacrum; "
            f"if it is S1, state it (--lowest S1), else every level is named one too "
            f"high"
        )
    if not is_sacrum and lowest is Vertebra.S1:
        return (
            "the lowest vertebra, named S1, does not taper downwards as the sacrum "
            "does; check the name of the lowest vertebra"
        )
    return ""
