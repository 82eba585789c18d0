"""The results of a study as plain numbers: predictions and performance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from lbp_outcome.contracts import Predictions
from lbp_outcome.progress import progress
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.optimism import Optimism
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.findings.evaluation import (
    AnyDifference,
    AnyPerformance,
    base_rate_of,
    differences_of,
    performance_of,
    permuted_measures,
)
from lbp_outcome.study.findings.external import ExternalCohort, external_cohorts
from lbp_outcome.study.findings.headline import Headline, headline_of
from lbp_outcome.study.findings.optimism import optimism_by_model
from lbp_outcome.study.findings.stability import Stability, stability_by_model
from lbp_outcome.study.findings.subgroups import Subgroups, subgroups_by_model
from lbp_outcome.study.fitting.cross_validation import FoldResult
from lbp_outcome.study.fitting.fits import StudyFits
from lbp_outcome.study.plan import StudyPlan


@dataclass(frozen=True, eq=False, kw_only=True)
class StudyResults:
    """What a study found.

    Attributes:
        predictions: One row per patient, model and repeat, from unseen folds only:
            patient, model, repeat, fold, outcome, predicted.
        folds: Every model on every fold: settings, selected predictors, predictions.
        performance: By model, in the order of the plan.
        differences: Every model against the reference model.
        base_rate: Share of patients with the outcome, or the mean of a continuous one.
        permuted: Headline measure (AUC within folds, or explained variance) of each
            model where outcomes were dealt out anew, one number a permutation.
        apparent: What each final model predicts for the patients it was fitted to.
        headline: The gain that the study is about; None where no model reads more.
        optimism: By model, where the plan asks for it.
        stability: By model.
        subgroups: By model and column.
        external: What the models do in other cohorts.
    """

    predictions: pd.DataFrame
    folds: Sequence[FoldResult]
    performance: Mapping[str, AnyPerformance]
    differences: Sequence[AnyDifference]
    base_rate: Estimate
    permuted: Mapping[str, tuple[float, ...]]
    apparent: Mapping[str, Predictions]
    headline: Headline | None
    optimism: Mapping[str, Optimism]
    stability: Mapping[str, Stability]
    subgroups: Mapping[str, Subgroups]
    external: tuple[ExternalCohort, ...]

    def rows_of(self, model: str) -> pd.DataFrame:
        """Return the predictions of one model by repeat and patient."""
        rows = self.predictions[self.predictions["model"] == model]
        return rows.sort_values(["repeat", "patient"])


def predictions_table(data: StudyData, found: Sequence[FoldResult]) -> pd.DataFrame:
    """Return patient, model, repeat, fold, outcome and prediction."""
    outcome = data.view.outcome
    assert outcome is not None
    parts = [
        pd.DataFrame(
            {
                "patient": [data.view.patients[row] for row in result.fold.held_out],
                "model": result.model,
                "repeat": result.fold.repeat,
                "fold": result.fold.fold,
                "outcome": outcome[result.fold.held_out],
                "predicted": result.predicted,
            }
        )
        for result in found
    ]
    return pd.concat(parts, ignore_index=True)


def study_results(plan: StudyPlan, data: StudyData, fits: StudyFits) -> StudyResults:
    """Evaluate the out-of-fold predictions of every model."""
    predictions = predictions_table(data, fits.folds)
    by_model = predictions.sort_values(["repeat", "patient"]).groupby("model")
    rows = {name: by_model.get_group(name) for name in plan.names}
    differences = tuple(differences_of(plan, rows))
    return StudyResults(
        predictions=predictions,
        folds=fits.folds,
        performance={
            name: performance_of(plan, table)
            for name, table in progress(rows.items(), "Evaluating", total=len(rows))
        },
        differences=differences,
        base_rate=base_rate_of(plan, rows[plan.reference]),
        permuted=permuted_measures(plan, data, fits),
        apparent={name: final.predicted for name, final in fits.final.items()},
        headline=headline_of(plan, data, rows, differences),
        optimism=optimism_by_model(plan, data, fits),
        stability=stability_by_model(plan, data, fits.folds, rows),
        subgroups=subgroups_by_model(plan, data, rows),
        external=external_cohorts(plan, data, fits),
    )
