"""A page about one MR examination that a radiologist can check at a glance."""

from collections.abc import Iterable
from pathlib import Path

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.examination import Examination
from lbp_outcome.io.atomic import atomic_file
from lbp_outcome.records import Measurement
from lbp_outcome.sheet.figure_page import write_figure
from lbp_outcome.sheet.html_page import html_page
from lbp_outcome.sheet.page_contents import sheet_of


def write_sheet(
    out: Path,
    examination: Examination,
    measurements: Iterable[Measurement],
    *,
    subject: str,
    simulated: bool,
) -> Path:
    """Write the page of one patient: pictures, numbers, and why some are missing.

    Args:
        out: The page; .html stands alone, .png is a picture of the same.
        examination: What was measured.
        measurements: What was found, reasons included.
        subject: Pseudonym.
        simulated: Whether the patient is simulated, which the page then says.

    Raises:
        InvalidChoice: The file name ends in neither .html nor .png.
    """
    out = Path(out)
    if out.suffix not in {".html", ".png"}:
        raise InvalidChoice(f"{out.name}: a sheet is written as .html or .png")
    sheet = sheet_of(examination, measurements, subject=subject, simulated=simulated)
    with atomic_file(out) as temporary:
        if out.suffix == ".html":
            temporary.write_text(html_page(sheet), encoding="utf-8")
        else:
            write_figure(temporary, sheet)
    return out
