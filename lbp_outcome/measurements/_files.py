"""From the files of one examination to a table of measurements."""

import csv
import logging
import re
from collections.abc import Iterable
from pathlib import Path

from lbp_outcome.errors import GeometryMismatch
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.sacrum import numbering_doubt
from lbp_outcome.image import Image
from lbp_outcome.io.atomic import atomic_file
from lbp_outcome.io.images import read_image
from lbp_outcome.labels import read_spine
from lbp_outcome.measurements._shelf import measure
from lbp_outcome.records import Measurement

COLUMNS = (
    "subject",
    "name",
    "level",
    "part",
    "side",
    "value",
    "unit",
    "reason",
    "remark",
)
DECIMALS = 4

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
        t2: The T2 image that was segmented, on the same grid.
        lowest: Name of the lowest labelled vertebra if it is not L5, for example S1.
        out: Table to write, .csv or .tsv.
        subject: Name for the subject column; by default from the file name.

    Raises:
        LbpError: A file cannot be read or does not suit the others.
    """
    spine = read_spine(mask, scheme=scheme, semantic=semantic, lowest=lowest)
    image = None if t2 is None else _read_t2(t2, mask)
    for doubt in filter(None, (spine.doubt, numbering_doubt(spine))):
        log.warning("%s: %s", Path(mask).name, doubt)
    measurements = measure(Examination(spine=spine, t2=image))
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
        str(item.part or ""),
        str(item.side or ""),
        value,
        str(item.unit),
        item.reason,
        item.remark,
    )


def _written(value: float) -> str:
    """Four decimals, and never a negative zero."""
    return f"{round(value, DECIMALS) + 0.0:.{DECIMALS}f}"


def _read_t2(path: Path, mask: Path) -> Image:
    """Read the image and make sure that it is the one that was segmented."""
    image, labels = read_image(path), read_image(mask)
    if not image.same_grid(labels):
        raise GeometryMismatch(
            f"{Path(path).name} ({_grid(image)}) and {Path(mask).name} "
            f"({_grid(labels)}) do not have their voxels at the same places; give the "
            f"image that was segmented, or resample the mask onto it with "
            f"nearest-neighbour interpolation."
        )
    return image


def _grid(image: Image) -> str:
    """Describe a grid: `15 x 320 x 220 voxels from (-31, 102, -210) mm`."""
    size = " x ".join(map(str, image.values.shape))
    corner = ", ".join(f"{place:.0f}" for place in image.affine[:3, 3])
    return f"{size} voxels from ({corner}) mm"
