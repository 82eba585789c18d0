"""Is a predictor the outcome itself, or something recorded after surgery?"""

import re
from collections.abc import Iterator
from math import lgamma, log

import numpy as np
from jaxtyping import Float

from lbp_outcome.statistics.dealing import is_binary
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.study.checks import CHECKS, Check, Examined
from lbp_outcome.study.checks._cohort import AFTER_SURGERY, scores_by_visit
from lbp_outcome.view import CohortView, Predictor
from lbp_outcome.visits import in_words

LATER_IN_NAMES = re.compile(
    rf"(^|_)(post_?op\w*|follow_?up|fu|after|outcome|success|{'|'.join(AFTER_SURGERY)})"
    r"(_|=|$)"
)
LATER_IN_WORDS = re.compile(
    r"\b(post-?operative|follow-?up|after (the )?(surgery|operation))", re.IGNORECASE
)
"""How a name, and a description in participants.json, speak of the time after."""

BY_CHANCE = 1e-4
"""Accepted probability that some predictor separates the outcomes by luck."""

SAME = 0.999
"""Correlation from which two columns are the same numbers in other units."""

FEWEST = 10


def look(examined: Examined) -> tuple[str, ...]:
    """Look at names, descriptions and numbers of all predictors."""
    view = examined.data.view
    named = {_column(p): p.name for p in view.predictors if _speaks_of_later(p)}
    return (
        *(
            f"{name!r} is, by its name or description, of after surgery"
            for name in named
        ),
        *_separating(view),
        *_copies(examined),
    )


def _speaks_of_later(predictor: Predictor) -> bool:
    later = LATER_IN_NAMES.search(predictor.name.lower())
    return bool(later or LATER_IN_WORDS.search(predictor.description))


def _column(predictor: Predictor) -> str:
    return predictor.name.partition("=")[0]


def _separating(view: CohortView) -> Iterator[str]:
    outcome = view.outcome
    if outcome is None or not is_binary(outcome):
        return
    for predictor, cells in zip(view.predictors, view.table.T, strict=True):
        known = ~np.isnan(cells)
        if _separates(outcome[known], cells[known], len(view.predictors)):
            yield f"{predictor.name!r} separates the outcomes without one mistake"
        elif _separates(outcome, known.astype(float), len(view.predictors)):
            yield f"whether {predictor.name!r} is missing tells the outcome exactly"


def _separates(
    outcome: Float[np.ndarray, " rows"], cells: Float[np.ndarray, " rows"], tried: int
) -> bool:
    """Whether two orders of so many patients cannot be luck."""
    n, events = len(outcome), int(outcome.sum())
    if not 0 < events < n or np.ptp(cells) == 0:
        return False
    ways = lgamma(n + 1) - lgamma(events + 1) - lgamma(n - events + 1)
    lucky = log(2 * tried) - ways
    return lucky < log(BY_CHANCE) and auc(outcome, cells) in (0.0, 1.0)


def _copies(examined: Examined) -> Iterator[str]:
    """Name predictors that are a later score, or the outcome, in other units."""
    view = examined.data.view
    later = scores_by_visit(examined.data.cohort, view.patients, AFTER_SURGERY)
    columns = {f"{name} {in_words(visit)}": c for (visit, name), c in later.items()}
    if view.outcome is not None and not is_binary(view.outcome):
        columns = {"the outcome": view.outcome, **columns}
    for predictor, cells in zip(view.predictors, view.table.T, strict=True):
        found = [name for name, of in columns.items() if _is_same(cells, of)]
        if found:
            yield f"{predictor.name!r} is {found[0]}, in the same or another unit"


def _is_same(
    cells: Float[np.ndarray, " rows"], other: Float[np.ndarray, " rows"]
) -> bool:
    known = ~(np.isnan(cells) | np.isnan(other))
    if known.sum() < FEWEST or np.ptp(cells[known]) * np.ptp(other[known]) == 0:
        return False
    return bool(abs(np.corrcoef(cells[known], other[known])[0, 1]) > SAME)


OUTCOME_AMONG_PREDICTORS = CHECKS.add(
    Check(
        code="LBP101",
        name="outcome_among_predictors",
        title="a predictor is the outcome or is known only after surgery",
        severity="error",
        stage="before training",
        explanation=(
            "At the moment of decision nothing that happens after surgery is known. A "
            "predictor that holds the outcome, a later score or a record of the time "
            "after surgery makes any model look excellent and useless. Remove it from "
            'the study file, and declare the column "Timing": "postoperative" in '
            "participants.json."
        ),
        look=look,
        reference="doi:10.1016/j.patter.2023.100804",
    )
)
