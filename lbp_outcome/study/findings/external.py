"""The final models in patients of another cohort, as they are and recalibrated."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.continuous_performance import (
    ContinuousPerformance,
    continuous_performance,
)
from lbp_outcome.statistics.external import ExternalPerformance, external_performance
from lbp_outcome.study.data import StudyData, study_data
from lbp_outcome.study.fitting.fits import StudyFits
from lbp_outcome.study.fitting.recipe import seen_by
from lbp_outcome.study.outcome_model import predict_with
from lbp_outcome.study.plan import StudyPlan


@dataclass(frozen=True, kw_only=True)
class ExternalCohort:
    """What the models of a study do in another cohort.

    Attributes:
        name: Name of the cohort's folder.
        patients: Patients whose outcome is known.
        simulated: Whether they are simulated.
        fingerprint: SHA-256 sum over all that the models saw.
        performance: By model.
    """

    name: str
    patients: int
    simulated: bool
    fingerprint: str
    performance: Mapping[str, ExternalPerformance | ContinuousPerformance]


def external_cohorts(
    plan: StudyPlan, data: StudyData, fits: StudyFits
) -> tuple[ExternalCohort, ...]:
    """Try the final models on every external cohort that the plan names.

    Raises:
        CohortError: A cohort folder is not in order.
        InvalidChoice: A cohort is the very one that the models were fitted to.
    """
    return tuple(
        _tried(plan, data, study_data(replace(plan, cohort=folder)), fits)
        for folder in plan.external
    )


def _tried(
    plan: StudyPlan, data: StudyData, other: StudyData, fits: StudyFits
) -> ExternalCohort:
    if other.fingerprint == data.fingerprint:
        raise InvalidChoice(
            f"external: {other.cohort.folder.name} holds the very patients that the "
            "models were fitted to"
        )
    return ExternalCohort(
        name=other.cohort.folder.name,
        patients=len(other.view),
        simulated=other.cohort.simulated,
        fingerprint=other.fingerprint,
        performance={name: _judged(plan, other, name, fits) for name in plan.names},
    )


def _judged(
    plan: StudyPlan, other: StudyData, name: str, fits: StudyFits
) -> ExternalPerformance | ContinuousPerformance:
    model = plan.model(name)
    seen = seen_by(model, other.view)
    predicted = predict_with(model.method, fits.final[name].native, seen)
    options: dict[str, Any] = {
        "replicates": plan.validation.bootstrap,
        "seed": plan.seed,
    }
    assert seen.outcome is not None
    if plan.endpoint.kind == "binary":
        return external_performance(seen.outcome, predicted, seen.patients, **options)
    once = np.zeros(len(seen), dtype=int)
    return continuous_performance(
        seen.outcome,
        predicted,
        fold=once,
        repeat=once,
        patients=seen.patients,
        **options,
    )
