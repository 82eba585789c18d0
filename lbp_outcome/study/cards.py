"""The card of a model: for whom it may speak, and how well it spoke so far."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from lbp_outcome.statistics.performance import Performance
from lbp_outcome.statistics.recalibration import Recalibration, fit_recalibration
from lbp_outcome.statistics.residual_interval import (
    ResidualInterval,
    fit_residual_interval,
)
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.findings.evaluation import AnyPerformance
from lbp_outcome.study.findings.results import StudyResults
from lbp_outcome.study.fitting.recipe import seen_by
from lbp_outcome.study.image_traits import image_traits
from lbp_outcome.study.outcome_model import ModelCard, Range, Stratum
from lbp_outcome.study.plan import ModelPlan, StudyPlan
from lbp_outcome.view import CohortView, Predictor

PERCENTILES = tuple(range(1, 100))
AGE_BAND = 10
FEWEST_SHOWN = 5
"""Strata of fewer patients are left out: they say little and may identify somebody."""


def model_card(
    plan: StudyPlan,
    model: ModelPlan,
    data: StudyData,
    results: StudyResults,
    provenance: Mapping[str, str],
) -> ModelCard:
    """Return the card of a model that was fitted to all patients of a study.

    Args:
        plan: The study.
        model: The model in it.
        data: All patients of the study.
        results: Its out-of-fold predictions and performance.
        provenance: Where it comes from.
    """
    seen = seen_by(model, data.view)
    found = results.performance[model.name]
    return ModelCard(
        name=model.name,
        study=plan.name,
        method=model.method,
        reads=model.reads,
        outcome=plan.outcome,
        statement=plan.endpoint.statement,
        horizon=plan.horizon,
        simulated=data.cohort.simulated,
        patients=len(seen),
        events=data.events,
        clinical=plan.predictors.clinical,
        measurements=plan.predictors.measurements,
        predictors=seen.predictors,
        ranges=_ranges(seen) | _image_ranges(data, seen),
        most_missing=int(np.isnan(seen.table).sum(axis=1).max(initial=0)),
        quantiles=_quantiles(seen),
        levels=plan.predictors.levels,
        recalibration=_recalibration(plan, results.rows_of(model.name)),
        strata=() if data.events is None else _strata(data, seen),
        performance=_in_words(found),
        discriminates=_discriminates(found),
        provenance=provenance,
    )


def _recalibration(
    plan: StudyPlan, rows: pd.DataFrame
) -> Recalibration | ResidualInterval:
    outcome = rows["outcome"].to_numpy(dtype=float)
    predicted = rows["predicted"].to_numpy(dtype=float)
    patients = rows["patient"].tolist()
    if plan.endpoint.kind == "continuous":
        return fit_residual_interval(outcome, predicted, patients=patients)
    return fit_recalibration(outcome, predicted, patients=patients, seed=plan.seed)


def _in_words(found: AnyPerformance) -> dict[str, str]:
    if isinstance(found, Performance):
        return {
            "AUC": found.auc.shown(),
            "Brier score": found.brier.shown(3),
            "calibration slope": found.calibration_slope.shown(),
            "calibration intercept": found.calibration_intercept.shown(),
        }
    return {"explained variance": found.r2.shown(), "mean error": found.mae.shown(1)}


def _discriminates(found: AnyPerformance) -> bool:
    if isinstance(found, Performance):
        return (found.auc.low or 0.0) > 0.5
    return (found.r2.low or 0.0) > 0.0


def _ranges(seen: CohortView) -> dict[str, Range]:
    return {
        predictor.name: Range(low=float(values.min()), high=float(values.max()))
        for predictor, values in _columns(seen)
    }


def _quantiles(seen: CohortView) -> dict[str, tuple[float, ...]]:
    return {
        predictor.name: tuple(np.percentile(values, PERCENTILES).round(6).tolist())
        for predictor, values in _columns(seen)
    }


def _columns(seen: CohortView) -> Iterator[tuple[Predictor, np.ndarray]]:
    for column, predictor in enumerate(seen.predictors):
        values = seen.table[:, column]
        values = values[~np.isnan(values)]
        if len(values):
            yield predictor, values


def _image_ranges(data: StudyData, seen: CohortView) -> dict[str, Range]:
    """What the MR images looked like: voxel size, brightness and contrast of crops."""
    found: dict[str, list[float]] = {}
    for patient in seen.patients:
        if patient in data.scans:
            for name, value in image_traits(data.scans[patient]).items():
                found.setdefault(name, []).append(value)
    return {name: Range(low=min(v), high=max(v)) for name, v in found.items()}


def _strata(data: StudyData, seen: CohortView) -> tuple[Stratum, ...]:
    table = data.cohort.participants
    if not {"age", "sex"} <= set(table.columns):
        return ()
    people = table.loc[list(seen.patients), ["age", "sex"]].assign(event=seen.outcome)
    people = people.dropna()
    people["band"] = (people["age"] // AGE_BAND * AGE_BAND).astype(int)
    counted = people.groupby(["sex", "band"], as_index=False).agg(
        patients=("event", "size"), events=("event", "sum")
    )
    return tuple(
        Stratum(
            sex=str(row["sex"]),
            age_from=int(row["band"]),
            age_to=int(row["band"]) + AGE_BAND - 1,
            patients=int(row["patients"]),
            events=int(row["events"]),
        )
        for row in counted.to_dict("records")
        if row["patients"] >= FEWEST_SHOWN
    )
