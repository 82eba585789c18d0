"""How much a measurement changes when the segmentation wobbles by half a voxel."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from statistics import stdev

from lbp_outcome.examination import Examination
from lbp_outcome.geometry.wobble import wobbled
from lbp_outcome.measurements._shelf import measure
from lbp_outcome.progress import progress
from lbp_outcome.records import Measurement

REPEATS = 8
"""Standard deviations from eight repeats are right within a quarter or so."""

FEWEST = 3


def measure_repeatedly(
    examination: Examination,
    names: Collection[str] | None = None,
    *,
    repeats: int = REPEATS,
    seed: int = 0,
) -> tuple[Measurement, ...]:
    """Measure, and say of each number how far it would move if outlines did.

    The outlines of the segmentation are moved at random by about half a voxel a number
    of times; the standard deviation of what is measured then is noted as
    `repeatability`. Two segmentations of one scan differ by more than 2.77 times that
    in one of twenty cases. Patient, scanner and reader add their own variation.

    Args:
        examination: What to measure.
        names: Measurements to take; all by default.
        repeats: How often the outlines are moved.
        seed: Fixes the movements.
    """
    spread = defaultdict(list)
    for repeat in progress(range(repeats), "Repeating with moved outlines"):
        for item in measure(wobbled(examination, seed + repeat), names):
            if item.value is not None:
                spread[_place(item)].append(item.value)
    return tuple(_noted(measure(examination, names), spread))


def _noted(
    measured: Iterable[Measurement], spread: dict[tuple[object, ...], list[float]]
) -> Iterable[Measurement]:
    for item in measured:
        values = spread[_place(item)]
        known = item.value is not None and len(values) >= FEWEST
        yield replace(item, repeatability=stdev(values)) if known else item


def _place(item: Measurement) -> tuple[object, ...]:
    return item.name, item.level, item.part, item.side
