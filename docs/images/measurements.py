"""Draw the pictures of docs/measurements.md, and write its table.

By hand, from the top folder, on a cohort made by `lbp simulate`:
`python docs/images/measurements.py COHORT sub-0001`
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from matplotlib.figure import Figure

from lbp_outcome.cohort.imaging import files_of
from lbp_outcome.measurements import MEASUREMENTS, SpineMeasurement, measure
from lbp_outcome.sheet import disc_view, draw_disc, write_sheet

PAGE = Path("docs/measurements.md")
IMAGES = Path("docs/images")
START, END = "<!-- table -->\n", "<!-- end of table -->"
SHOWN = 3
"""So many discs are shown, the lowest ones but one."""


def main(cohort: Path, patient: str) -> None:
    """Write the table into the page and draw both pictures."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    after = rest.partition(END)[2]
    table = "\n".join(rows())
    PAGE.write_text(f"{before}{START}{table}\n{END}{after}", encoding="utf-8")
    examination = files_of(cohort, patient).examination()
    assert examination is not None
    figure = Figure(figsize=(3.4 * SHOWN, 3.7), dpi=110, layout="constrained")
    levels = examination.spine.levels[-SHOWN - 1 : -1]
    for axes, disc in zip(figure.subplots(1, SHOWN), levels, strict=True):
        view = disc_view(examination, disc)
        draw_disc(axes, view, f"{disc}, {view.source}")
    figure.savefig(IMAGES / "disc_view.png")
    write_sheet(
        IMAGES / "measurement_sheet.png",
        examination,
        measure(examination),
        subject=patient,
        simulated=True,
    )


def rows() -> Iterator[str]:
    """Return the lines of the table, one for each measurement."""
    yield "| name | what | where | needs | usual | reference |"
    yield "|---|---|---|---|---|---|"
    for item in MEASUREMENTS.values():
        cells = (
            f"`{item.name}`",
            item.summary.rstrip("."),
            " x ".join(item.where) or "spine",
            ", ".join(item.sources) or "mask",
            usual(item),
            item.reference,
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def usual(item: SpineMeasurement) -> str:
    """Return the usual range, with a dagger if it is uncertain."""
    normal = item.normal
    if normal is None:
        return ""
    doubt = "†" if normal.uncertain else ""
    if normal.low is None and normal.high is None:
        return f"by level{doubt}"
    ends = ("from", normal.low), ("to", normal.high)
    return " ".join(f"{word} {end:g}" for word, end in ends if end is not None) + doubt


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
