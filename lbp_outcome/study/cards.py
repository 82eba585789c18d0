"""The card of a model: for whom it may speak, and how well it spoke so far."""

from collections.abc import Iterator, Mapping

import numpy as np

from lbp_outcome.cohort.scans import Scan
from lbp_outcome.contracts import FittedModel
from lbp_outcome.statistics.recalibration import fit_recalibration
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.outcome_model import ModelCard, OutcomeModel, Range, Stratum
from lbp_outcome.study.plan import ModelPlan, StudyPlan
from lbp_outcome.study.results import StudyResults
from lbp_outcome.view import CohortView, Predictor

PERCENTILES = tuple(range(1, 100))
AGE_BAND = 10
FEWEST_SHOWN = 5
"""Strata of fewer patients are left out: they say little and may identify somebody."""


def outcome_model(
    plan: StudyPlan,
    model: ModelPlan,
    data: StudyData,
    seen: CohortView,
    fitted: FittedModel,
    results: StudyResults,
    provenance: Mapping[str, str],
) -> OutcomeModel:
    """Join a fitted model with its card.

    Args:
        plan: The study.
        model: The model in it.
        data: All patients of the study.
        seen: The patients it was fitted to, as it saw them.
        fitted: The model.
        results: Its out-of-fold predictions and performance.
        provenance: Where it comes from.
    """
    assert seen.outcome is not None
    rows = results.predictions[results.predictions["model"] == model.name]
    found = results.performance[model.name]
    return OutcomeModel(
        fitted=fitted,
        card=ModelCard(
            name=model.name,
            study=plan.name,
            method=model.method,
            reads=model.reads,
            outcome=plan.outcome,
            statement=plan.endpoint.statement,
            horizon=plan.horizon,
            simulated=data.cohort.simulated,
            patients=len(seen),
            events=int(seen.outcome.sum()),
            clinical=plan.predictors.clinical,
            measurements=plan.predictors.measurements,
            predictors=seen.predictors,
            ranges=_ranges(seen) | _image_ranges(data, seen),
            most_missing=int(np.isnan(seen.table).sum(axis=1).max()),
            quantiles=_quantiles(seen),
            levels=plan.predictors.levels,
            recalibration=fit_recalibration(
                rows["outcome"].to_numpy(dtype=float),
                rows["probability"].to_numpy(dtype=float),
                patients=rows["patient"].tolist(),
                seed=plan.seed,
            ),
            strata=_strata(data, seen),
            performance={
                "AUC": found.auc.shown(),
                "Brier score": found.brier.shown(3),
                "calibration slope": found.calibration_slope.shown(),
                "calibration intercept": found.calibration_intercept.shown(),
            },
            discriminates=(found.auc.low or 0.0) > 0.5,
            provenance=provenance,
        ),
    )


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


def image_traits(scan: Scan) -> dict[str, float]:
    """Return what can be compared between MR images of different origin."""
    traits = {}
    if scan.spacing_mm:
        traits["t2_finest_voxel_mm"] = scan.spacing_mm[0]
        traits["t2_coarsest_voxel_mm"] = scan.spacing_mm[-1]
    crops = [crop.values for crop in scan.images.levels.values()]
    if crops:
        values = np.concatenate([crop.ravel() for crop in crops])
        traits["t2_mean_brightness"] = float(values.mean())
        traits["t2_contrast"] = float(values.std())
    return traits


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
