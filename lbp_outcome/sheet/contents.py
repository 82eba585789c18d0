"""What stands on a measurement sheet, before it is laid out."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lbp_outcome.anatomy import Border, Disc, Muscle, Side, Vertebra
from lbp_outcome.measurements import MEASUREMENTS, Reason, grouped_reasons
from lbp_outcome.records import Measurement
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.units import Unit

Level = Disc | Vertebra | None
Key = tuple[str, Level, Side | None, Border | Muscle | None]

DECIMALS = {
    Unit.MILLIMETRE: 1,
    Unit.SQUARE_MILLIMETRE: 0,
    Unit.SQUARE_CENTIMETRE: 1,
    Unit.CUBIC_CENTIMETRE: 1,
    Unit.CUBIC_MILLIMETRE: 0,
    Unit.DEGREE: 0,
    Unit.PERCENT: 0,
    Unit.RATIO: 2,
    Unit.SCORE: 0,
}
UNIT_ENDINGS = frozenset({"mm", "mm2", "mm3", "cm2", "cm3", "deg", "percent"})
ABBREVIATIONS = {"ap": "AP", "csf": "CSF", "dhi": "DHI", "vbq": "VBQ", "sac": "sac"}
ABOVE, BELOW = "▲", "▼"
UNCERTAIN = "†"
RIGHT_LEFT = (Side.RIGHT, Side.LEFT)
"""The order of the two sides, as on an axial image."""

NOTHING = "\N{EN DASH}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number as it is printed.

    Attributes:
        text: The number without its unit, or a dash.
        mark: An arrow where it lies outside the usual range.
        usual: That range, or empty.
        remark: What a reader should know beside it, or why there is none.
        note: The remark, where it is printed beneath the number.
    """

    text: str = NOTHING
    mark: str = ""
    usual: str = ""
    remark: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A measurement that goes into a column.

    Attributes:
        name: Name on the shelf.
        side: On which side, or None.
        part: Which endplate or muscle, or None.
        remarked: Whether its remark is printed beneath it.
    """

    name: str
    side: Side | None = None
    part: Border | Muscle | None = None
    remarked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table, with one or more numbers in each cell.

    Attributes:
        title: What it shows.
        unit: Unit, printed beneath the title.
        picks: The numbers, separated by strokes.
    """

    title: str
    unit: str = ""
    picks: tuple[Pick, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of levels, vertebrae or muscles.

    Attributes:
        title: What it is about.
        columns: The columns that hold at least one number.
        rows: Name of each row and the numbers of each cell.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[tuple[Figure, ...], ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A number of the whole spine, in words."""

    name: str
    figure: Figure
    unit: str


def both(name: str, *, remarked: bool = False) -> tuple[Pick, ...]:
    """Return a measurement on the right and on the left, as on the image."""
    return tuple(Pick(name=name, side=s, remarked=remarked) for s in RIGHT_LEFT)


def index(measurements: Iterable[Measurement]) -> dict[Key, Measurement]:
    """Return measurements by name and place."""
    return {(m.name, m.level, m.side, m.part): m for m in measurements}


def figure(item: Measurement | None) -> Figure:
    """Return a measurement as it is printed."""
    if item is None:
        return Figure()
    if item.value is None:
        return Figure(remark=item.reason)
    decimals = DECIMALS.get(item.unit, 1)
    text = f"{item.value:.{decimals}f}"
    text = text[1:] if text.lstrip("-0.") == "" and text.startswith("-") else text
    normal = MEASUREMENTS[item.name].normal if item.name in MEASUREMENTS else None
    printed = round(item.value, decimals)  # 2.04 beside "usual up to 2" would puzzle
    if normal is None or normal.is_usual(printed, item.level):
        return Figure(text=text, usual=_usual(normal, item.level), remark=item.remark)
    low, _ = normal.at(item.level)
    mark = BELOW if low is not None and printed < low else ABOVE
    usual = _usual(normal, item.level)
    return Figure(text=text, mark=mark, usual=usual, remark=item.remark)


def _usual(normal: ReferenceRange | None, level: Level) -> str:
    """Write a range: `7.8 to 14.6`, `up to 2`, `from 75`; a dagger if uncertain."""
    if normal is None:
        return ""
    low, high = normal.at(level)
    if low is None and high is None:
        return ""
    doubt = UNCERTAIN if normal.uncertain else ""
    if low is None:
        return f"up to {high:g}{doubt}"
    return f"from {low:g}{doubt}" if high is None else f"{low:g} to {high:g}{doubt}"


def table(
    title: str,
    columns: Iterable[Column],
    levels: Iterable[Level],
    found: Mapping[Key, Measurement],
) -> Table:
    """Return the columns that hold a number at some level, in a table."""
    levels = tuple(levels)
    kept = tuple(c for c in columns if any(_measured(c, at, found) for at in levels))
    rows = tuple(
        (str(at), tuple(_cell(column, at, found) for column in kept)) for at in levels
    )
    return Table(title=title, columns=kept, rows=rows)


def _cell(
    column: Column, at: Level, found: Mapping[Key, Measurement]
) -> tuple[Figure, ...]:
    return tuple(
        _picked(found.get((p.name, at, p.side, p.part)), p) for p in column.picks
    )


def _picked(item: Measurement | None, pick: Pick) -> Figure:
    shown = figure(item)
    measured = item is not None and item.value is not None
    return replace(shown, note=shown.remark) if pick.remarked and measured else shown


def _measured(column: Column, at: Level, found: Mapping[Key, Measurement]) -> bool:
    records = (found.get((p.name, at, p.side, p.part)) for p in column.picks)
    return any(item is not None and item.value is not None for item in records)


def lines(found: Mapping[Key, Measurement]) -> tuple[Line, ...]:
    """Return the numbers of the whole spine."""
    return tuple(
        Line(name=in_words(item.name), figure=figure(item), unit=item.unit.symbol)
        for (_, level, side, part), item in found.items()
        if level is None and side is None and part is None and item.value is not None
    )


def unusual(measurements: Iterable[Measurement]) -> tuple[tuple[str, str], ...]:
    """Return the numbers outside their usual range, in words, place by place."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for item in measurements:
        shown = figure(item)
        if shown.mark:
            number = f"{shown.text}{item.unit.symbol} {shown.mark}"
            where = " ".join(
                str(p).replace("_", " ") for p in (item.part, item.side) if p
            )
            words = f"{in_words(item.name)} ({where})" if where else in_words(item.name)
            grouped[str(item.level or "Spine")].append(f"{words} {number}")
    places = sorted(grouped, key=_order)
    return tuple((place, ", ".join(grouped[place])) for place in places)


def _order(place: str) -> tuple[int, str]:
    """Head first; what belongs to the whole spine before that."""
    names = [str(name) for name in Vertebra]
    upper = place.partition("-")[0]
    return (names.index(upper) if upper in names else -1, place)


def in_words(name: str) -> str:
    """Return a measurement's name without its unit.

    >>> in_words("lumbar_lordosis_l1_l5_deg"), in_words("meyerding_grade")
    ('Lumbar lordosis L1 L5', 'Meyerding grade')
    """
    stem, _, last = name.rpartition("_")
    kept = stem if last in UNIT_ENDINGS else name
    words = [ABBREVIATIONS.get(word, word) for word in kept.split("_")]
    text = " ".join(w.upper() if re.fullmatch(r"[lts]\d+", w) else w for w in words)
    return text[:1].upper() + text[1:]


def reasons(measurements: Iterable[Measurement]) -> tuple[Reason, ...]:
    """Return why measurements have no value, with their names in words."""
    return tuple(
        replace(reason, names=tuple(dict.fromkeys(map(in_words, reason.names))))
        for reason in grouped_reasons(measurements)
    )
