"""From the files of a segmentation to the spine it describes."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lbp_outcome.errors import LbpError
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image
from lbp_outcome.labels._anatomy import misfit
from lbp_outcome.labels._recognition import recognise
from lbp_outcome.labels._shelf import LABEL_SCHEMES, LabelScheme
from lbp_outcome.spine import Spine

AUTO = "auto"
"""Asks for the scheme to be recognised from the mask."""

log = logging.getLogger(__name__)


def read_spine(
    mask: Path,
    *,
    scheme: str = "spider",
    semantic: Path | None = None,
    lowest: str | None = None,
) -> Spine:
    """Read a segmentation and name its parts.

    A mask that does not look like a spine in the scheme that is stated is read with a
    warning, which names the scheme that suits it better.

    Args:
        mask: Segmentation, NIfTI or MHA.
        scheme: Label scheme of the segmentation, such as spider or spineps; or auto,
            to recognise it where it is beyond doubt.
        semantic: Second mask with one label per tissue (SPINEPS: seg-spine).
        lowest: Name of the lowest labelled vertebra if it is not L5, for example S1.

    Raises:
        LbpError: A file is damaged, empty or of another scheme; names the file.
    """
    chosen = None if scheme == AUTO else LABEL_SCHEMES[scheme]
    labels = read_image(mask)
    tissues = None if semantic is None else read_image(semantic)
    file = Path(mask).name
    try:
        spine = _read(file, chosen, labels, tissues, lowest)
    except LbpError as error:
        text = str(error)
        ended = text if text.endswith((".", "?")) else f"{text}."
        raise type(error)(f"{file}: {ended}") from None
    for remark in spine.remarks:
        log.warning("%s: %s", file, remark)
    return spine


def _read(
    file: str,
    scheme: LabelScheme | None,
    labels: Image,
    tissues: Image | None,
    lowest: str | None,
) -> Spine:
    """Read the mask, and note in the spine what is odd about it."""
    if scheme is None:
        found = recognise(labels, semantic=tissues, lowest=lowest)
        spine = found.scheme.read_silently(labels, semantic=tissues, lowest=lowest)
        log.info("%s: %s", file, found.why)
        assumption = "; ".join(filter(None, (spine.assumption, found.why)))
        return replace(spine, assumption=assumption)
    spine = scheme.read_silently(labels, semantic=tissues, lowest=lowest)
    remarks = (*spine.remarks, *_misfits(spine, labels, tissues))
    return replace(spine, remarks=remarks)


def _misfits(spine: Spine, labels: Image, tissues: Image | None) -> Iterator[str]:
    """Say so when the mask makes no spine, and which scheme would make one."""
    wrong = "" if spine.doubt else misfit(spine)
    if not wrong:
        return
    try:
        better = recognise(labels, semantic=tissues).scheme.name
    except LbpError:
        better = ""
    what = f"is it {better}?" if better else "check the scheme, the mask and its header"
    yield f"read as {spine.scheme}, {wrong}: {what}"
