"""The headline of a study: what imaging adds, and what this many patients can show."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.comparison import ContinuousDifference, Difference
from lbp_outcome.statistics.continuous_performance import R2
from lbp_outcome.statistics.discrimination import weighted_auc_within_folds
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.nadeau_bengio import CorrectedTest, compare_across_folds
from lbp_outcome.statistics.power import patients_for_auc_gain, power_of_auc_gain
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.findings.evaluation import AnyDifference, out_of_fold
from lbp_outcome.study.plan import StudyPlan

WORTH_SEEING = 0.05
"""A gain in AUC that would matter, for which the power is stated."""

LEAST_SHOWN = 0.005
"""What two decimals can show of a gain."""

PLAUSIBLE = (0.6, 0.9)
"""AUC of the reference model between which a power is worth stating."""


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The gain of one model over the reference model.

    Attributes:
        model: The model.
        reference: What it is compared with.
        measure: `AUC`, or `explained variance` of a continuous outcome.
        gain: Its measure minus that of the reference. The interval speaks of models
            trained anew on other patients (that of `test`); with a single split it
            speaks of resampled patients alone, and is too narrow.
        test: The corrected resampled t-test over the folds; None where it cannot be
            had.
        power: Chance to see a gain of 0.05 in AUC with so many patients.
        patients_needed: Patients with whom that chance would be 80 %.
        sentence: What may be said, in one or two sentences.
    """

    model: str
    reference: str
    measure: str
    gain: Estimate
    test: CorrectedTest | None
    power: float | None
    patients_needed: int | None
    sentence: str


def headline_of(
    plan: StudyPlan,
    data: StudyData,
    rows: Mapping[str, pd.DataFrame],
    differences: tuple[AnyDifference, ...],
) -> Headline | None:
    """Return the headline of a study; None where no model reads more than another."""
    name = plan.headline
    difference = next((d for d in differences if d.model == name), None)
    if name is None or difference is None:
        return None
    test = _test(plan, rows, name)
    gain = difference.auc if isinstance(difference, Difference) else difference.r2
    power, needed = _power(plan, data, rows, difference)
    return Headline(
        model=name,
        reference=plan.reference,
        measure="AUC" if isinstance(difference, Difference) else "explained variance",
        gain=gain,
        test=test,
        power=power,
        patients_needed=needed,
        sentence=_sentence(name, plan.reference, gain, len(data.view), power, needed),
    )


def _test(
    plan: StudyPlan, rows: Mapping[str, pd.DataFrame], name: str
) -> CorrectedTest | None:
    binary = plan.endpoint.kind == "binary"
    metric = weighted_auc_within_folds if binary else R2
    first, second = out_of_fold(rows[name]), out_of_fold(rows[plan.reference])
    try:
        return compare_across_folds(first, second, metric)
    except NotMeasurable:
        return None


def _power(
    plan: StudyPlan,
    data: StudyData,
    rows: Mapping[str, pd.DataFrame],
    difference: Difference | ContinuousDifference,
) -> tuple[float | None, int | None]:
    """Power at the reference's own AUC and the correlation of the two models."""
    if not isinstance(difference, Difference) or data.events is None:
        return None, None
    reference = out_of_fold(rows[plan.reference])
    auc = weighted_auc_within_folds(
        reference.outcome,
        reference.predicted[0],
        reference.fold[0],
        np.ones((1, len(reference.outcome))),
    )
    settings = {
        "reference": float(np.clip(auc[0], *PLAUSIBLE)),
        "auc": float(np.clip(auc[0], *PLAUSIBLE)) + WORTH_SEEING,
        "correlation": _correlation(rows, difference.model, plan.reference),
        "prevalence": data.events / len(data.view),
    }
    try:
        return (
            power_of_auc_gain(len(data.view), **settings),
            patients_for_auc_gain(**settings),
        )
    except InvalidChoice:
        return None, None


def _correlation(rows: Mapping[str, pd.DataFrame], first: str, second: str) -> float:
    """Correlation of two models' predictions among patients with the same outcome."""
    one, other = out_of_fold(rows[first]), out_of_fold(rows[second])
    left, right = one.predicted.mean(axis=0), other.predicted.mean(axis=0)
    for value in (0.0, 1.0):
        same = one.outcome == value
        left[same] -= left[same].mean()
        right[same] -= right[same].mean()
    if min(left.std(), right.std()) == 0:
        return 0.0
    return float(np.clip(np.corrcoef(left, right)[0, 1], 0.0, 0.95))


def _sentence(
    model: str,
    reference: str,
    gain: Estimate,
    patients: int,
    power: float | None,
    needed: int | None,
) -> str:
    """Say what the interval allows, and what so few patients cannot show."""
    if gain.value is None or gain.low is None or gain.high is None:
        return f"What {model} adds to {reference} cannot be said: {gain.reason}."
    if gain.low > 0:
        found = f"{model} predicts better than {reference}"
    elif gain.high < 0:
        found = f"{model} predicts worse than {reference}"
    else:
        found = f"whether {model} adds anything to {reference} is not settled"
    # a bound that rounds to 0 must not contradict the words
    digits = 2 if min(abs(gain.low), abs(gain.high)) >= LEAST_SHOWN else 3
    shown = gain.shown(digits, signed=True)
    text = f"With {patients} patients, {found}: {shown}."
    if power is None or needed is None:
        return text
    return (
        f"{text} A true gain of {WORTH_SEEING} in AUC would be seen in "
        f"{100 * power:.0f} % of studies of this size; for 80 % it takes some "
        f"{round(needed, -1)} patients."
    )
