"""Whether models of other patients would choose and predict alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.prediction_stability import prediction_stability
from lbp_outcome.statistics.selection_stability import selection_stability
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.findings.evaluation import out_of_fold
from lbp_outcome.study.fitting.cross_validation import FoldResult
from lbp_outcome.study.fitting.recipe import seen_by
from lbp_outcome.study.plan import StudyPlan
from lbp_outcome.view import CohortView


@dataclass(frozen=True, kw_only=True)
class Stability:
    """How much one model depends on which patients it was fitted to.

    Attributes:
        chosen: Share of the folds in which each predictor was used; empty for a model
            that uses all.
        agreement: How alike the choices were, 0 to 1, or why that cannot be said.
        instability: Mean absolute change of a patient's prediction between repeats;
            None with one repeat.
        worst: The same of the patient whose prediction changes most.
    """

    chosen: Mapping[str, float]
    agreement: Estimate
    instability: float | None
    worst: float | None


def stability_by_model(
    plan: StudyPlan,
    data: StudyData,
    folds: Sequence[FoldResult],
    rows: Mapping[str, pd.DataFrame],
) -> Mapping[str, Stability]:
    """Return the stability of every model over folds and repeats."""
    return {
        model.name: _stability(
            seen_by(model, data.view),
            [fold for fold in folds if fold.model == model.name],
            rows[model.name],
        )
        for model in plan.every_model
    }


def _stability(
    seen: CohortView, folds: Sequence[FoldResult], rows: pd.DataFrame
) -> Stability:
    chosen, agreement = _choices(seen, folds)
    try:
        moved = prediction_stability(out_of_fold(rows).predicted)
    except NotMeasurable:
        return Stability(
            chosen=chosen, agreement=agreement, instability=None, worst=None
        )
    return Stability(
        chosen=chosen,
        agreement=agreement,
        instability=moved.average,
        worst=moved.worst,
    )


def _choices(
    seen: CohortView, folds: Sequence[FoldResult]
) -> tuple[dict[str, float], Estimate]:
    picks = [fold.selected for fold in folds if fold.selected is not None]
    names = sorted({name for pick in picks for name in pick})
    if not names:
        return {}, Estimate(value=None, reason="it uses every predictor")
    offered = [item.name for item in seen.predictors]
    table = np.array([[name in pick for name in offered] for pick in picks])
    often = {name: sum(name in pick for pick in picks) / len(picks) for name in names}
    return often, Estimate.attempt(lambda: selection_stability(table).agreement)
