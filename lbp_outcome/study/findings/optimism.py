"""Apparent performance of every model, corrected for optimism by refitting."""

from collections.abc import Callable, Mapping

import numpy as np

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.continuous_performance import weighted_r2
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.statistics.inputs import PerPatient
from lbp_outcome.statistics.optimism import Optimism, Resampled, correct
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.fitting.fits import StudyFits
from lbp_outcome.study.plan import StudyPlan

Measure = Callable[[PerPatient, PerPatient], float]


def optimism_by_model(
    plan: StudyPlan, data: StudyData, fits: StudyFits
) -> Mapping[str, Optimism]:
    """Return apparent and corrected AUC (or explained variance) of each model.

    Models that see images are left out, and so is one that cannot be judged in nine of
    ten resamples.
    """
    measure = auc if plan.endpoint.kind == "binary" else explained_variance
    outcome = data.view.outcome
    assert outcome is not None
    pairs: dict[str, list[Resampled]] = {}
    for work, found in fits.resampled:
        judged = _judged(measure, outcome, found.predicted, work.train)
        pairs.setdefault(work.model.name, []).extend(judged)
    made = {}
    for name, resampled in pairs.items():
        try:
            apparent = measure(outcome, fits.final[name].predicted)
            made[name] = correct(apparent, resampled, plan.validation.optimism)
        except NotMeasurable:
            continue
    return made


def explained_variance(outcome: PerPatient, predicted: PerPatient) -> float:
    """Share of the outcome's variance that predictions explain."""
    return float(weighted_r2(outcome, predicted, np.ones((1, len(outcome))))[0])


def _judged(
    measure: Measure, outcome: PerPatient, predicted: PerPatient, rows: np.ndarray
) -> list[Resampled]:
    try:
        own = measure(outcome[rows], predicted[rows])
        return [Resampled(own, measure(outcome, predicted))]
    except NotMeasurable:
        return []
