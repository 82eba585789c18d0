"""From the files of a segmentation to the spine it describes."""

from pathlib import Path

from lbp_outcome.errors import LbpError
from lbp_outcome.io.images import read_image
from lbp_outcome.labels._shelf import LABEL_SCHEMES
from lbp_outcome.spine import Spine


def read_spine(
    mask: Path,
    *,
    scheme: str = "spider",
    semantic: Path | None = None,
    lowest: str | None = None,
) -> Spine:
    """Read a segmentation and name its parts.

    Args:
        mask: Segmentation, NIfTI or MHA.
        scheme: Label scheme of the segmentation: spider or spineps.
        semantic: Second mask with one label per tissue (SPINEPS: seg-spine).
        lowest: Name of the lowest labelled vertebra if it is not L5, for example S1.

    Raises:
        LbpError: A file is damaged, empty or of another scheme; names the file.
    """
    chosen = LABEL_SCHEMES[scheme]
    labels = read_image(mask)
    tissues = None if semantic is None else read_image(semantic)
    try:
        return chosen.read(labels, semantic=tissues, lowest=lowest)
    except LbpError as error:
        text = str(error)
        ended = text if text.endswith((".", "?")) else f"{text}."
        raise type(error)(f"{Path(mask).name}: {ended}") from None
