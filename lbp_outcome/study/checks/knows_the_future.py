"""Does a predictor follow later scores as only something of later can?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import atanh, tanh

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri
from scipy.stats import rankdata

from lbp_outcome.statistics.dealing import is_binary
from lbp_outcome.statistics.discrimination import delong_interval
from lbp_outcome.study.checks import (
    CHECKS,
    Check,
    CheckNotApplicable,
    Examined,
)
from lbp_outcome.study.checks._cohort import AFTER_SURGERY, Scores, scores_by_visit
from lbp_outcome.visits import BASELINE, in_words

LEVEL = 0.99
"""Confidence level of the bounds that are compared with what is plausible."""

PLAUSIBLE_CORRELATION = 0.5
"""Partial correlation with a later score that one honest predictor stays below."""

PLAUSIBLE_AUC = 0.75
"""AUC that one honest predictor stays below; whole published models reach .62-.72."""

FEWEST = 20
Column = Float[np.ndarray, " patients"]


@dataclass(frozen=True, kw_only=True)
class _Follows:
    """How closely a predictor follows one later score."""

    name: str
    correlation: float
    bound: float


def look(examined: Examined) -> tuple[str, ...]:
    """Compare every predictor with the later scores and with the outcome."""
    view, cohort = examined.data.view, examined.data.cohort
    if len(view) < FEWEST:
        raise CheckNotApplicable(f"fewer than {FEWEST} patients have the outcome")
    before = scores_by_visit(cohort, view.patients, [BASELINE])
    later = scores_by_visit(cohort, view.patients, AFTER_SURGERY)
    findings: list[str] = []
    for predictor, cells in zip(view.predictors, view.table.T, strict=True):
        if predictor.name.endswith(f"_{BASELINE}"):
            continue  # what it says of later is taken out, as of all scores before
        findings += _of_scores(predictor.name, _closest(cells, before, later))
        findings += _of_outcome(predictor.name, _auc_bound(view.outcome, cells))
    return tuple(findings)


def _of_scores(name: str, found: _Follows | None) -> Iterator[str]:
    if found is not None and found.bound > PLAUSIBLE_CORRELATION:
        yield (
            f"{name!r} follows {found.name} with a partial correlation of "
            f"{found.correlation:.2f} (beyond {found.bound:.2f} with {LEVEL:.0%} "
            "confidence) given all scores before surgery; what is known before surgery "
            f"stays below {PLAUSIBLE_CORRELATION}"
        )


def _of_outcome(name: str, bound: float) -> Iterator[str]:
    if bound > PLAUSIBLE_AUC:
        yield (
            f"{name!r} alone predicts the outcome with an AUC above {bound:.2f} "
            f"({LEVEL:.0%} confidence); whole published models reach .62-.72"
        )


def _closest(cells: Column, before: Scores, later: Scores) -> _Follows | None:
    found = [
        _follows(f"{name} {in_words(visit)}", cells, score, [*before.values()])
        for (visit, name), score in later.items()
    ]
    known = [item for item in found if item is not None]
    return max(known, key=lambda item: item.bound, default=None)


def _follows(
    name: str, cells: Column, later: Column, before: Sequence[Column]
) -> _Follows | None:
    """Correlate what the scores before surgery leave open of both, in ranks."""
    rows = ~(np.isnan(cells) | np.isnan(later))
    freedom = int(rows.sum()) - len(before) - 3
    if freedom < FEWEST - 3 or np.ptp(cells[rows]) == 0:
        return None
    given = [_ranks(score[rows]) for score in before]
    left, right = (_left_open(_ranks(c[rows]), given) for c in (cells, later))
    lengths = float(np.linalg.norm(left) * np.linalg.norm(right))
    if lengths < 1e-9:
        return None
    correlation = float(np.clip(left @ right / lengths, -0.999999, 0.999999))
    error = 1 / np.sqrt(freedom)
    bound = tanh(max(0.0, atanh(abs(correlation)) - _deviate() * error))
    return _Follows(name=name, correlation=correlation, bound=bound)


def _ranks(cells: Column) -> Column:
    """Ranks around 0 with SD 1; a gap stands in the middle."""
    known = ~np.isnan(cells)
    ranks = np.zeros(len(cells))
    if known.sum() > 1 and np.ptp(cells[known]) > 0:
        of_known = rankdata(cells[known])
        ranks[known] = (of_known - of_known.mean()) / of_known.std()
    return ranks


def _left_open(ranks: Column, given: Sequence[Column]) -> Column:
    """Return what a linear regression on the given scores does not explain."""
    design = np.column_stack([np.ones(len(ranks)), *given])
    explained: Column = design @ np.linalg.lstsq(design, ranks, rcond=None)[0]
    left: Column = ranks - explained
    return left


def _auc_bound(outcome: Column | None, cells: Column) -> float:
    """Lower bound of the AUC of one predictor, whichever way it points."""
    known = ~np.isnan(cells)
    if outcome is None or not is_binary(outcome):
        return 0.5
    events = int(outcome[known].sum())
    if min(events, int(known.sum()) - events) < 2:
        return 0.5
    area = delong_interval(outcome[known], cells[known], 2 * LEVEL - 1)
    return max(area.low, 1 - area.high)


def _deviate() -> float:
    return float(ndtri(LEVEL))


KNOWS_THE_FUTURE = CHECKS.add(
    Check(
        code="LBP102",
        name="knows_the_future",
        title="a predictor follows later scores too closely",
        severity="error",
        stage="before training",
        explanation=(
            "A column can be recorded after surgery although nothing says so: use of "
            "painkillers exported from today's file, a diagnosis coded at discharge. "
            "It then follows the scores at follow-up beyond what all questionnaires "
            "before surgery explain, and more closely than anything known before "
            "surgery has been seen to. Find out when the column was recorded; remove "
            "it, or mute this check with the evidence that it is older than the "
            "operation. The limits (partial correlation .5, AUC .75) are conventions "
            "of this toolkit; a weaker leak stays hidden from this check."
        ),
        look=look,
        reference="doi:10.1016/j.patter.2023.100804",
    )
)
