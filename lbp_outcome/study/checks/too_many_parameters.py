"""Has a model more candidate parameters than the patients can carry?"""

from collections.abc import Iterator
from math import ceil

from lbp_outcome.statistics.sample_size import parameters_supported, required_n
from lbp_outcome.statistics.sample_size_continuous import required_for_continuous
from lbp_outcome.study.checks import (
    CHECKS,
    Check,
    CheckNotApplicable,
    Examined,
)
from lbp_outcome.study.plan import ModelPlan

EXPECTED_AUC = 0.70
"""AUC that a model of the outcome of spine surgery may be expected to reach; published
ones reach .62 to .72."""

EXPECTED_R2 = 0.20
"""Explained variance that may be expected of a continuous outcome; an assumption."""

LEARNS_NO_WEIGHT = ("published_score",)
"""Methods whose weights come from the literature."""


def look(examined: Examined) -> tuple[str, ...]:
    """Compare candidate parameters and patients of every model."""
    return tuple(
        finding
        for model in examined.plan.every_model
        if model.method not in LEARNS_NO_WEIGHT
        for finding in _finding(examined, model)
    )


def _finding(examined: Examined, model: ModelPlan) -> Iterator[str]:
    candidates = _candidates(examined, model)
    carried, needed = _carried(examined), _needed(examined, candidates)
    if candidates <= carried:
        return
    network = " beside the weights of a network" if "images" in model.reads else ""
    yield (
        f"{model.name!r} has {candidates} candidate parameters{network}, but "
        f"{len(examined.data.view)} patients carry {carried:.1f} and {candidates} need "
        f"{needed} patients"
    )


def _candidates(examined: Examined, model: ModelPlan) -> int:
    return sum(p.group in model.reads for p in examined.data.view.predictors)


def _carried(examined: Examined) -> float:
    n = len(examined.data.view)
    if examined.plan.endpoint.kind == "binary":
        return parameters_supported(
            n, auc=EXPECTED_AUC, prevalence=_prevalence(examined)
        )
    most = 0
    while _for_number(most + 1) <= n:
        most += 1
    return float(most)


def _needed(examined: Examined, candidates: int) -> int:
    if examined.plan.endpoint.kind == "continuous":
        return _for_number(candidates)
    needed = required_n(candidates, prevalence=_prevalence(examined), auc=EXPECTED_AUC)
    return ceil(needed.overfitting)


def _for_number(candidates: int) -> int:
    """Patients for a continuous outcome; the criterion begins at 3 parameters."""
    few = max(candidates, 3)
    return required_for_continuous(few, r2=EXPECTED_R2, mean=1.0, sd=1.0).overfitting


def _prevalence(examined: Examined) -> float:
    events, n = examined.data.events, len(examined.data.view)
    if events is None or events in (0, n):
        raise CheckNotApplicable("all patients have the same outcome")
    return events / n


TOO_MANY_PARAMETERS = CHECKS.add(
    Check(
        code="LBP106",
        name="too_many_parameters",
        title="a model has more parameters than the patients can carry",
        severity="warning",
        stage="before training",
        explanation=(
            "Each candidate predictor, also one that selection drops later, uses up "
            "patients: with too few of them effects are exaggerated by more than a "
            "tenth, which neither penalties nor cross-validation undo. The numbers "
            "follow from the first criterion of Riley et al. at an AUC of .70 (for a "
            "continuous outcome, an explained variance of .20). Use fewer "
            "predictors chosen beforehand, or say in the report that the model is a "
            "first exploration. Weights of a network are not counted."
        ),
        look=look,
        reference="doi:10.1136/bmj.m441",
    )
)
