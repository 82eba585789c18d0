"""Write the results of a study: predictions, numbers, figures, report."""

import csv
import json
from dataclasses import asdict
from pathlib import Path

from lbp_outcome.measurements import write_measurements
from lbp_outcome.study.findings.performance_table import performance_table
from lbp_outcome.study.findings.results_json import results_json
from lbp_outcome.study.folder import PREDICTIONS, RESULTS
from lbp_outcome.study.report.page import Page, Table, write_page
from lbp_outcome.study.report.sections.table_one import characteristics
from lbp_outcome.study.report.sections.tripod import tripod_items
from lbp_outcome.study.report.studied import Studied
from lbp_outcome.study.report.study_report import study_report

REPORT = "report.html"
FIGURES = "figures"
PERFORMANCE = "performance.parquet"
TABLE_ONE = "table_one.csv"
TRIPOD = "tripod_ai.csv"


def write_study(folder: Path, studied: Studied) -> None:
    """Write tables, `results.json`, figures and `report.html`.

    Args:
        folder: An existing folder.
        studied: The finished study.
    """
    studied.results.predictions.to_parquet(folder / PREDICTIONS, index=False)
    performance_table(studied).to_parquet(folder / PERFORMANCE, index=False)
    text = json.dumps(results_json(studied), indent=2, allow_nan=False) + "\n"
    (folder / RESULTS).write_text(text, encoding="utf-8")
    _write_rows(folder / TABLE_ONE, _as_printed(characteristics(studied)))
    items = [asdict(item) for item in tripod_items(studied)]
    _write_rows(folder / TRIPOD, [[*items[0]], *([*item.values()] for item in items)])
    for patient, scan in studied.data.scans.items():
        if scan.measurements:
            path = folder / "measurements" / f"{patient}.csv"
            write_measurements(path, patient, scan.measurements)
    page = study_report(studied)
    _write_figures(folder / FIGURES, page)
    write_page(folder / REPORT, page)


def _write_figures(folder: Path, page: Page) -> None:
    folder.mkdir()
    for number, picture in enumerate(page.pictures, start=1):
        words = "".join(c if c.isalnum() else " " for c in picture.title.lower())
        name = f"{number}_{'_'.join(words.split())}.png"
        (folder / name).write_bytes(picture.png)


def _as_printed(table: Table) -> list[list[str]]:
    """Return the cells as they are printed, the small print after a semicolon."""
    rows = [
        ["; ".join(filter(None, (cell.text, cell.detail))) for cell in row]
        for row in table.rows
    ]
    return [[*table.columns], *rows]


def _write_rows(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
