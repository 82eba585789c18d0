"""The numbers of a study as MLflow keeps them, each bound beside its estimate.

`auc` comes with `auc_low` and `auc_high`, the bounds of its 95 % interval. What cannot
be said is left out.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields

import numpy as np

from lbp_outcome.contracts import OutcomeKind, Predictions
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.continuous_performance import weighted_r2
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.external import ExternalPerformance
from lbp_outcome.study.checking import Verdict
from lbp_outcome.study.findings.evaluation import AnyPerformance
from lbp_outcome.study.findings.results import StudyResults
from lbp_outcome.study.fitting.settings_choice import squared_error
from lbp_outcome.study.tracked.tracking import Figure


def fold_metrics(
    kind: OutcomeKind, outcome: Predictions, predicted: Predictions
) -> dict[str, float]:
    """Return the loss of one fold, and how well it ranks or explains, if defined."""
    loss = squared_error(outcome, predicted)
    if kind == "binary":
        ranked = _defined("fold_auc", auc, outcome, predicted)
        return {"fold_brier": loss, **ranked}
    return {"fold_mse": loss, **_defined("fold_r2", _r2, outcome, predicted)}


def study_metrics(
    results: StudyResults, verdicts: Iterable[Verdict], patients: int
) -> Iterator[Figure]:
    """Yield what a study found as a whole: its headline and each model's measure."""
    yield Figure("patients", patients)
    yield from _interval("base_rate", results.base_rate)
    if results.headline is not None:
        yield from _interval("gain", results.headline.gain)
        if results.headline.power is not None:
            yield Figure("power", results.headline.power)
    for name, found in results.performance.items():
        yield from _interval(f"{name}/{_main(found)}", getattr(found, _main(found)))
    status = [verdict.status for verdict in verdicts]
    for word in ("passed", "failed", "muted"):
        yield Figure(f"checks/{word}", status.count(word))


def model_metrics(name: str, results: StudyResults) -> Iterator[Figure]:
    """Yield what was found of one model, in its own patients and in others."""
    yield from _estimates("", results.performance[name])
    for difference in results.differences:
        if difference.model == name:
            yield from _estimates("gain_", difference)
    if name in results.optimism:
        yield from _optimism(name, results)
    if name in results.stability:
        yield from _stability(name, results)
    for cohort in results.external:
        found = cohort.performance[name]
        yield from _estimates(f"{cohort.name}/", found)
        if isinstance(found, ExternalPerformance):
            yield from _estimates(f"{cohort.name}/", found.as_it_is)


def _optimism(name: str, results: StudyResults) -> Iterator[Figure]:
    found, main = results.optimism[name], _main(results.performance[name])
    yield Figure(f"{main}_apparent", found.apparent)
    yield Figure(f"{main}_optimism", found.optimism)
    yield from _interval(f"{main}_corrected", Estimate.of(found.corrected))


def _stability(name: str, results: StudyResults) -> Iterator[Figure]:
    found = results.stability[name]
    yield from _interval("selection_agreement", found.agreement)
    if found.instability is not None:
        yield Figure("instability", found.instability)


def _main(found: AnyPerformance) -> str:
    return "auc" if hasattr(found, "auc") else "r2"


def _estimates(prefix: str, record: object) -> Iterator[Figure]:
    for item in fields(record):  # type: ignore[arg-type]
        value = getattr(record, item.name)
        if isinstance(value, Estimate):
            yield from _interval(f"{prefix}{item.name}", value)


def _interval(name: str, found: Estimate) -> Iterator[Figure]:
    ends = (("", found.value), ("_low", found.low), ("_high", found.high))
    for end, value in ends:
        if value is not None:
            yield Figure(f"{name}{end}", value)


def _defined(
    name: str,
    measure: Callable[[Predictions, Predictions], float],
    outcome: Predictions,
    predicted: Predictions,
) -> dict[str, float]:
    try:
        found = measure(outcome, predicted)
    except NotMeasurable:
        return {}
    return {name: found} if np.isfinite(found) else {}


def _r2(outcome: Predictions, predicted: Predictions) -> float:
    return float(weighted_r2(outcome, predicted, np.ones((1, len(outcome))))[0])
