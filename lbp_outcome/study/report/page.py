"""A report as what it says, block by block, and the one page that is made of it."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import jinja2

from lbp_outcome import BANNER
from lbp_outcome.io.atomic import write_text
from lbp_outcome.statistics.estimate import Estimate

FEWEST_SHOWN = 5
"""Smaller counts of patients are not printed: they may identify somebody."""

TOO_FEW = f"< {FEWEST_SHOWN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: What it says.
        detail: More in small print below: an interval, or a reason.
        href: Where it points inside the page, such as `#calibration`.
    """

    text: str
    detail: str = ""
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Text:
    """A paragraph; `soft` ones are remarks."""

    kind: ClassVar[str] = "text"
    text: str
    soft: bool = False


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """A list of sentences."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Note:
    """A box that must not be missed; `tone` is `plain` or `warning`."""

    kind: ClassVar[str] = "note"
    title: str
    items: tuple[str, ...]
    tone: str = "plain"


@dataclass(frozen=True, kw_only=True)
class Glance:
    """One number in large print beside what it means."""

    kind: ClassVar[str] = "glance"
    big: str
    label: str
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of cells; the first cell names its row.

    Attributes:
        columns: Headings.
        rows: One cell per column; a row of one cell is a heading across the table.
        caption: What the table shows.
        notes: Remarks below it.
    """

    kind: ClassVar[str] = "table"
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        wrong = [row for row in self.rows if len(row) not in (1, len(self.columns))]
        if wrong:
            raise ValueError(
                f"{self.caption!r}: a row of {len(wrong[0])} cells does not fit "
                f"{len(self.columns)} columns."
            )


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure with its caption.

    Attributes:
        title: What it shows, for those who cannot see it.
        caption: How to read it.
        png: Content of a PNG file.
    """

    kind: ClassVar[str] = "picture"
    title: str
    caption: str
    png: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Patients from the cohort to the analysis.

    Attributes:
        start: First box.
        leaving: Who leaves on the way, one sentence each.
        end: Last box.
        parts: What the last box consists of.
    """

    kind: ClassVar[str] = "flow"
    start: str
    leaving: tuple[str, ...]
    end: str
    parts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Words and what they mean; `code` prints the meanings as code."""

    kind: ClassVar[str] = "terms"
    items: tuple[tuple[str, str], ...]
    code: bool = False


@dataclass(frozen=True, kw_only=True)
class Verbatim:
    """Text as it is."""

    kind: ClassVar[str] = "verbatim"
    text: str


Block = Text | Bullets | Note | Glance | Table | Picture | Flow | Terms | Verbatim


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page.

    Attributes:
        anchor: Its address inside the page.
        title: Its heading.
        blocks: What it says.
    """

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """Everything that a report states.

    Attributes:
        title: Heading.
        study: Name of the study.
        outcome: The outcome in plain words, with when it is taken.
        key: Name of the outcome definition (`zcq_2of3`).
        simulated: Whether the patients are simulated.
        top: What stands before the table of contents.
        sections: The rest.
    """

    title: str
    study: str
    outcome: str
    key: str
    simulated: bool
    top: tuple[Block, ...]
    sections: tuple[Section, ...]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All figures in the order they are shown."""
        blocks = (block for section in self.sections for block in section.blocks)
        return tuple(block for block in blocks if isinstance(block, Picture))


def write_page(path: Path, page: Page) -> None:
    """Write the page as one HTML file that needs no network and no scripts.

    Args:
        path: Where to write it.
        page: What it states.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lbp_outcome.study.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["embedded"] = _embedded
    environment.filters["said"] = with_minus_signs
    template = environment.get_template("page.html.j2")
    write_text(path, template.render(page=page, banner=BANNER))


def number(estimate: Estimate, digits: int = 2, *, signed: bool = False) -> Cell:
    """Return a cell with a number above its interval; a dash where there is none."""
    if estimate.value is None:
        return Cell(text="\N{EN DASH}", detail="not measurable")
    value, interval = estimate.shown(digits, signed=signed).split(" ", 1)
    return Cell(text=value, detail=interval)


def reasons(
    named: Mapping[str, Estimate] | Sequence[tuple[str, Estimate]],
) -> tuple[str, ...]:
    """Say once for each reason what is not measurable.

    >>> reasons({"slope of x": Estimate(value=None, reason="it is constant")})
    ('Not measurable: slope of x (it is constant).',)
    """
    pairs = named.items() if isinstance(named, Mapping) else named
    missing: dict[str, list[str]] = {}
    for name, estimate in pairs:
        if estimate.value is None:
            missing.setdefault(estimate.reason, []).append(name)
    return tuple(
        f"Not measurable: {', '.join(names)} ({reason})."
        for reason, names in missing.items()
    )


def count(patients: int) -> str:
    """Return a number of patients, or that it is too small to be printed.

    >>> count(0), count(3), count(12)
    ('0', '< 5', '12')
    """
    return TOO_FEW if 0 < patients < FEWEST_SHOWN else str(patients)


def p_value(p: float | None) -> str:
    """Return a p value as it is printed.

    >>> p_value(0.0312), p_value(0.00002)
    ('0.031', '< 0.001')
    """
    if p is None:
        return "\N{EN DASH}"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def with_minus_signs(text: str) -> str:
    r"""Write minus signs where hyphens stand before numbers.

    >>> with_minus_signs("-0.05 to sub-0.1").replace("\N{MINUS SIGN}", "minus ")
    'minus 0.05 to sub-0.1'
    """
    return re.sub(r"(?<![\w-])-(?=\d)", "\N{MINUS SIGN}", text)


def _embedded(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
