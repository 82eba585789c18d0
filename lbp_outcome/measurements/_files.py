"""From the files of one examination to a table of measurements."""

import csv
import logging
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from lbp_outcome.errors import GeometryMismatch, LbpError
from lbp_outcome.geometry.sacrum import numbering_doubt
from lbp_outcome.image import Image
from lbp_outcome.io.atomic import atomic_file
from lbp_outcome.io.images import read_image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements._shelf import measure
from lbp_outcome.records import Measurement
from lbp_outcome.spine import Spine

COLUMNS = ("subject", "name", "level", "side", "value", "unit", "reason")
DECIMALS = 4

LEAST_COVERED = 0.5
"""A T2 image must cover this share of the segmented voxels."""

log = logging.getLogger(__name__)


def measure_mask(
    mask: Path,
    *,
    scheme: str = "spider",
    semantic: Path | None = None,
    t2: Path | None = None,
    lowest: str | None = None,
    out: Path | None = None,
    subject: str | None = None,
) -> tuple[Measurement, ...]:
    """Measure one segmented MR examination, and write the table if asked to.

    Args:
        mask: Segmentation, NIfTI or MHA.
        scheme: Label scheme of the segmentation: spider or spineps.
        semantic: Second mask with one label per tissue (SPINEPS: seg-spine).
        t2: The T2 image, on the same or another grid of the same patient position.
        lowest: Name of the lowest labelled vertebra if it is not L5, for example S1.
        out: Table to write, .csv or .tsv.
        subject: Name for the subject column; by default from the file name.

    Raises:
        LbpError: A file cannot be read or does not suit the others.
    """
    spine = _read_spine(mask, scheme, semantic, lowest)
    image = None if t2 is None else _read_t2(t2, spine)
    for doubt in filter(None, (spine.doubt, numbering_doubt(spine))):
        log.warning("%s: %s", Path(mask).name, doubt)
    measurements = measure(spine, image)
    if out is not None:
        write_measurements(out, subject or subject_of(mask), measurements)
    return measurements


def write_measurements(
    path: Path, subject: str, measurements: Iterable[Measurement]
) -> None:
    """Write measurements as a table, tab-separated if the file ends in .tsv.

    Each row holds a value or the reason why there is none, never both.
    """
    with atomic_file(path) as temporary, temporary.open("w", newline="") as file:
        table = csv.writer(
            file,
            delimiter="\t" if str(path).endswith(".tsv") else ",",
            lineterminator="\n",
        )
        table.writerow(COLUMNS)
        table.writerows(_row(subject, item) for item in measurements)


def subject_of(mask: Path) -> str:
    """Return the pseudonym in a file name, or else the name without its endings.

    >>> subject_of(Path("sub-012_acq-sag_T2w_dseg.nii.gz")), subject_of(Path("a.mha"))
    ('sub-012', 'a')
    """
    name = Path(mask).name
    found = re.search(r"sub-[A-Za-z0-9]+", name)
    return found.group() if found else re.sub(r"\.(nii(\.gz)?|mh[ad]|nrrd)$", "", name)


def _row(subject: str, item: Measurement) -> tuple[str, ...]:
    value = "" if item.value is None else _written(item.value)
    return (
        subject,
        item.name,
        str(item.level or ""),
        str(item.side or ""),
        value,
        str(item.unit),
        item.reason,
    )


def _written(value: float) -> str:
    """Four decimals, and never a negative zero."""
    return f"{round(value, DECIMALS) + 0.0:.{DECIMALS}f}"


def _read_spine(
    mask: Path, scheme: str, semantic: Path | None, lowest: str | None
) -> Spine:
    chosen = LABEL_SCHEMES[scheme]
    labels = read_image(mask)
    tissues = None if semantic is None else read_image(semantic)
    try:
        return chosen.read(labels, semantic=tissues, lowest=lowest)
    except LbpError as error:
        raise type(error)(f"{Path(mask).name}: {_sentence(str(error))}") from None


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


def _read_t2(path: Path, spine: Spine) -> Image:
    """Read the image and make sure that it shows the segmented spine."""
    image = read_image(path)
    parts = [part for _, part in spine.head_first]
    if spine.canal is not None:
        parts.append(spine.canal)
    points = np.concatenate([part.points[::7] for part in parts])
    index = image.to_index(points)
    inside = ((index >= -0.5) & (index <= np.array(image.values.shape) - 0.5)).all(1)
    if inside.mean() < LEAST_COVERED:
        raise GeometryMismatch(
            f"{Path(path).name}: only {100 * inside.mean():.0f} % of the segmented "
            f"spine lies inside this image; the two are not from the same scan, or one "
            f"of them lost its header. Give the image that was segmented."
        )
    return image
