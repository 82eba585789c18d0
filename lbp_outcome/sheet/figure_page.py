"""A measurement sheet as one picture: the same contents as the HTML page."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from lbp_outcome.measurements import Reason
from lbp_outcome.sheet.colours import INK, LINE, SOFT, UNUSUAL, UNUSUAL_PALE
from lbp_outcome.sheet.contents import Figure, Table
from lbp_outcome.sheet.disc_view import draw_disc
from lbp_outcome.sheet.page_contents import Sheet
from lbp_outcome.sheet.sagittal_view import draw_sagittal, middle_plane

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH_INCH, MARGIN_INCH, DOTS_PER_INCH = 13.0, 0.35, 110
LINE_INCH, SMALL_INCH, SAGITTAL_INCH = 0.19, 0.13, 5.2
TEXT_WIDTH = 190
FACTS_WIDTH = 62
LEVEL_INCH = 0.75
MOST_REASONS = 14

KEY = (
    "The patient's left is on the right. Blue: endplate above. Yellow, dashed: "
    "endplate below. Orange: disc, drawn thicker where it stands out by over 0.5, 1.5 "
    "and 3 mm."
)
KEY_WITHOUT = (
    "The patient's left is on the right. No outlines: no endplate is segmented."
)
LEGEND = (
    "▲ above, ▼ below what is usual in people without complaints, with that range "
    "beneath; † the range is remembered or proposed, not looked up. Outside is neither "
    "a diagnosis nor a cause."
)


class _Page:
    """Places things from the top of a picture downwards, in inches."""

    def __init__(self, height: float) -> None:
        from matplotlib.figure import Figure as Canvas

        self.canvas: Canvas = Canvas(figsize=(WIDTH_INCH, height), dpi=DOTS_PER_INCH)
        self.height = height
        self.down = MARGIN_INCH

    def text(
        self,
        text: str,
        *,
        left: float = MARGIN_INCH,
        size: float = 9,
        colour: str = INK,
        weight: str = "normal",
    ) -> None:
        """Write one line at the current place; does not move down."""
        self.canvas.text(
            left / WIDTH_INCH,
            1 - self.down / self.height,
            text,
            size=size,
            color=colour,
            weight=weight,
            va="top",
            parse_math=False,
        )

    def axes(self, left: float, width: float, height: float) -> "Axes":
        """Return a drawing area at the current place."""
        bottom = 1 - (self.down + height) / self.height
        box = (left / WIDTH_INCH, bottom, width / WIDTH_INCH, height / self.height)
        return self.canvas.add_axes(box)

    def rule(self, colour: str = LINE) -> None:
        """Draw a thin line across the page."""
        from matplotlib.lines import Line2D

        y = 1 - self.down / self.height
        ends = (MARGIN_INCH / WIDTH_INCH, 1 - MARGIN_INCH / WIDTH_INCH)
        self.canvas.add_artist(Line2D(ends, (y, y), color=colour, lw=0.8))


def write_figure(path: Path, sheet: Sheet) -> None:
    """Draw the page into a PNG file."""
    from matplotlib.transforms import Bbox

    page = _Page(_height(sheet))
    _head(page, sheet)
    _top(page, sheet)
    _discs(page, sheet)
    for table in sheet.tables:
        _table(page, table)
    _foot(page, sheet)
    used = Bbox.from_extents(
        0, page.height - page.down - MARGIN_INCH, WIDTH_INCH, page.height
    )
    page.canvas.savefig(path, format="png", bbox_inches=used)


def _height(sheet: Sheet) -> float:
    rows = sum(4 * len(table.rows) + 6 for table in sheet.tables)
    discs = 3.6 if sheet.discs else 0.0
    rest = 2.2 + LINE_INCH * (2 * len(_reasons(sheet.missing)) + len(sheet.doubts))
    return SAGITTAL_INCH + discs + rows * LINE_INCH + rest


def _head(page: _Page, sheet: Sheet) -> None:
    for line in wrap(sheet.banner, TEXT_WIDTH):
        page.text(line, size=7.5, colour=SOFT)
        page.down += 0.15
    page.down += 0.1
    page.text(f"{sheet.subject}: lumbar spine MRI, measured automatically", size=16)
    page.down += 0.32
    start = "SIMULATED PATIENT. " if sheet.simulated else ""
    page.text(
        f"{start}Numbers from outlines that no reader has checked. Grades called proxy "
        f"or -like are estimated, not read.",
        colour=UNUSUAL if sheet.simulated else SOFT,
    )
    page.down += LINE_INCH
    for doubt in sheet.doubts:
        page.text(f"Check first: {doubt}.", colour=UNUSUAL, weight="bold")
        page.down += LINE_INCH
    page.down += 0.25


def _top(page: _Page, sheet: Sheet) -> None:
    """The sagittal pictures on the left, what is known of the spine beside them."""
    top, left = page.down, MARGIN_INCH
    spine, found = sheet.examination.spine, sheet.examination
    base = found.t2 or found.t1
    if base is not None and spine.stack and not spine.doubt:
        plane = middle_plane(spine, base)
        width = SAGITTAL_INCH * plane.columns / plane.rows
        for name, image in (("T2", found.t2), ("T1", found.t1)):
            if image is not None:
                axes = page.axes(left, width, SAGITTAL_INCH)
                draw_sagittal(
                    axes, plane, image, spine, title=name, outlines=name == "T2"
                )
                left += width + 0.15
    page.down -= 0.15
    for title, lines in _facts(sheet):
        page.text(title, left=left + 0.1, size=11, weight="bold")
        page.down += 0.24
        for line in lines:
            page.text(line, left=left + 0.1)
            page.down += LINE_INCH
        page.down += 0.12
    page.down = max(page.down, top + SAGITTAL_INCH) + 0.15


def _facts(sheet: Sheet) -> Iterator[tuple[str, list[str]]]:
    spine = [
        f"{line.name}: {line.figure.text}{line.unit} {line.figure.mark}".rstrip()
        + (f"; {line.figure.remark}" if line.figure.remark else "")
        for line in sheet.spine_lines
    ]
    yield "Whole spine", _wrapped(spine)
    if sheet.unusual:
        odd = [f"{place}: {words}" for place, words in sheet.unusual]
        yield "Outside the usual range", _wrapped(odd)
    origin = [f"{name}: {text}" for name, text in sheet.provenance.items()]
    yield "Where this comes from", _wrapped(origin)


def _wrapped(lines: list[str]) -> list[str]:
    return [part for line in lines for part in wrap(line, FACTS_WIDTH)]


def _discs(page: _Page, sheet: Sheet) -> None:
    if not sheet.discs:
        return
    _title(page, "Discs from below, in the plane of each")
    page.down += 0.1
    room = (WIDTH_INCH - 2 * MARGIN_INCH) / max(len(sheet.discs), 4)
    size = room - 0.12
    for number, (view, words) in enumerate(
        zip(sheet.discs, sheet.captions, strict=True)
    ):
        left = MARGIN_INCH + number * room
        draw_disc(page.axes(left, size, size), view, f"{view.disc} ({view.source})")
        lines = "\n".join(wrap(words, 32))
        place = 1 - (page.down + size + 0.06) / page.height
        page.canvas.text(
            left / WIDTH_INCH, place, lines, size=7.5, color=SOFT, va="top"
        )
    page.down += size + 0.45
    known = any(view.outline for view in sheet.discs)
    page.text(KEY if known else KEY_WITHOUT, size=8, colour=SOFT)
    page.down += LINE_INCH


def _title(page: _Page, text: str) -> None:
    page.down += 0.12
    page.rule()
    page.down += 0.1
    page.text(text, size=11, weight="bold")
    page.down += 0.26


def _table(page: _Page, table: Table) -> None:
    """Write a table; the range of an unusual number stands beneath it."""
    _title(page, table.title)
    room = WIDTH_INCH - 2 * MARGIN_INCH - LEVEL_INCH
    shares = [0.5 + 0.5 * len(column.picks) for column in table.columns]
    inch = min(room / sum(shares), 1.2)
    starts = [sum(shares[:n]) * inch for n in range(len(shares))]
    lefts = [MARGIN_INCH + LEVEL_INCH + start for start in starts]
    heads = [
        wrap(
            f"{c.title} [{c.unit}]" if c.unit else c.title,
            int(share * inch * 13),
            break_long_words=False,
        )
        for c, share in zip(table.columns, shares, strict=True)
    ]
    for left, head in zip(lefts, heads, strict=True):
        for number, line in enumerate(head):
            page.down += number * 0.15
            page.text(line, left=left, size=7.2, colour=SOFT, weight="bold")
            page.down -= number * 0.15
    page.down += 0.15 * max(map(len, heads)) + 0.06
    for name, cells in table.rows:
        page.text(name, weight="bold")
        places = zip(lefts, shares, cells, strict=True)
        below = [
            _cell(page, left, int(22 * share * inch), cell)
            for left, share, cell in places
        ]
        page.down += LINE_INCH + SMALL_INCH * max(below)


def _cell(page: _Page, left: float, width: int, cell: tuple[Figure, ...]) -> int:
    """Write the numbers of a cell; return how many lines stand beneath them."""
    odd = any(item.mark for item in cell)
    box = {"facecolor": UNUSUAL_PALE, "edgecolor": "none", "pad": 1.2} if odd else None
    page.canvas.text(
        left / WIDTH_INCH,
        1 - page.down / page.height,
        " / ".join(map(_number, cell)),
        size=8.5,
        color=UNUSUAL if odd else INK,
        va="top",
        bbox=box,
    )
    ranges = [f"usual {item.usual}" for item in cell if item.mark and item.usual]
    beneath = dict.fromkeys([*ranges, *(item.note for item in cell if item.note)])
    lines = [line for text in beneath for line in wrap(text, width)]
    for number, line in enumerate(lines):
        page.down += LINE_INCH - 0.03 + number * SMALL_INCH
        page.text(line, left=left, size=6.8, colour=SOFT)
        page.down -= LINE_INCH - 0.03 + number * SMALL_INCH
    return len(lines)


def _number(item: Figure) -> str:
    return f"{item.text}{item.mark}"


def _foot(page: _Page, sheet: Sheet) -> None:
    page.down += 0.1
    for line in wrap(LEGEND, TEXT_WIDTH):
        page.text(line, size=8, colour=SOFT)
        page.down += 0.16
    lines = _reasons(sheet.missing)
    if lines:
        _title(page, "Not measured")
    for line in lines:
        page.text(line, size=8)
        page.down += 0.16


def _reasons(missing: tuple[Reason, ...]) -> list[str]:
    texts = []
    for reason in missing[:MOST_REASONS]:
        names = ", ".join(reason.names)
        texts += wrap(f"{reason.sentence}: {names}", TEXT_WIDTH, max_lines=2)
    more = len(missing) - MOST_REASONS
    return [*texts, f"and {more} more reasons"] if more > 0 else texts
