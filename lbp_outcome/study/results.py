"""The results of a study as plain numbers: predictions and performance."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from lbp_outcome import BANNER
from lbp_outcome.progress import progress
from lbp_outcome.statistics.comparison import Difference
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.performance import Performance, compare, performance
from lbp_outcome.statistics.proportion import proportion_interval
from lbp_outcome.study.cross_validation import FoldResult
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.plan import StudyPlan

DEFINITIONS = {
    "auc": "area under the ROC curve over pairs of patients predicted by the same "
    "fitted model; 0.5 is a coin toss",
    "auc_pooled": "area under the ROC curve over all pairs of patients, with DeLong's "
    "interval; biased downwards because folds are different models",
    "brier": "mean squared distance of probability and outcome; 0 is perfect",
    "scaled_brier": "share of the base rate's Brier score that is removed",
    "calibration_slope": "1 is ideal; below 1 predictions are too extreme",
    "calibration_intercept": "0 is ideal; above 0 predictions are too low on average",
    "interval": "95 %, over resampled patients; mean over repeats",
}


@dataclass(frozen=True, eq=False, kw_only=True)
class StudyResults:
    """What a study found.

    Attributes:
        predictions: One row per patient, model and repeat, from unseen folds only.
        performance: By model, in the order of the plan.
        differences: Every model against the reference model.
        base_rate: Share of patients with the outcome.
    """

    predictions: pd.DataFrame
    performance: Mapping[str, Performance]
    differences: Sequence[Difference]
    base_rate: Estimate


def predictions_table(
    data: StudyData, found: Mapping[str, Sequence[FoldResult]]
) -> pd.DataFrame:
    """Return patient, model, repeat, fold, outcome and probability."""
    outcome = data.view.outcome
    assert outcome is not None
    parts = [
        pd.DataFrame(
            {
                "patient": [data.view.patients[row] for row in result.fold.held_out],
                "model": model,
                "repeat": result.fold.repeat,
                "fold": result.fold.fold,
                "outcome": outcome[result.fold.held_out].astype(int),
                "probability": result.probability,
            }
        )
        for model, results in found.items()
        for result in results
    ]
    return pd.concat(parts, ignore_index=True)


def study_results(plan: StudyPlan, predictions: pd.DataFrame) -> StudyResults:
    """Evaluate the out-of-fold predictions of every model."""
    options: dict[str, Any] = {
        "replicates": plan.validation.bootstrap,
        "seed": plan.seed,
    }
    of_model = {
        model.name: predictions[predictions["model"] == model.name].sort_values(
            ["repeat", "patient"]
        )
        for model in plan.models
    }
    first = of_model[plan.reference]
    rows: dict[str, Any] = {
        "fold": first["fold"].to_numpy(),
        "repeat": first["repeat"].to_numpy(),
        "patients": first["patient"].tolist(),
    }
    outcome = first["outcome"].to_numpy(dtype=float)
    probability = {
        name: table["probability"].to_numpy(dtype=float)
        for name, table in of_model.items()
    }
    once = first[first["repeat"] == 0]["outcome"]
    return StudyResults(
        predictions=predictions,
        performance={
            name: performance(outcome, p, **rows, **options)
            for name, p in progress(probability.items(), "Evaluating")
        },
        differences=compare(
            outcome, probability, reference=plan.reference, **rows, **options
        ),
        base_rate=Estimate.of(proportion_interval(float(once.sum()), len(once))),
    )


def events(data: StudyData) -> int:
    """Return how many patients had the outcome."""
    assert data.view.outcome is not None
    return int(data.view.outcome.sum())


def results_json(
    plan: StudyPlan,
    data: StudyData,
    results: StudyResults,
    provenance: Mapping[str, str],
) -> dict[str, Any]:
    """Return everything as plain JSON."""
    return {
        "banner": BANNER,
        "study": plan.name,
        "outcome": plan.outcome,
        "outcome_statement": plan.endpoint.statement,
        "horizon": plan.horizon,
        "simulated": data.cohort.simulated,
        "patients": len(data.view),
        "events": events(data),
        "excluded": len(data.excluded),
        "base_rate": asdict(results.base_rate),
        "reference": plan.reference,
        "models": {
            name: _estimates(found) for name, found in results.performance.items()
        },
        "differences": {
            d.model: {**_estimates(d), "p_value_delong": d.p_value}
            for d in results.differences
        },
        "definitions": DEFINITIONS,
        "provenance": dict(provenance),
    }


def _estimates(record: Performance | Difference) -> dict[str, Any]:
    return {
        name: value for name, value in asdict(record).items() if isinstance(value, dict)
    }
