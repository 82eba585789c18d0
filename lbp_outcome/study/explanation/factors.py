"""What each predictor did to one patient's prediction."""

from dataclasses import dataclass

import numpy as np

from explain import EXPLANATIONS
from lbp_outcome.contracts import TableExplanation, TableExplanationMethod
from lbp_outcome.study.outcome_model import ModelCard, OutcomeModel
from lbp_outcome.study.rows import PatientRow
from lbp_outcome.view import Predictor


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One predictor of one patient and what it did to the prediction.

    Attributes:
        name: Name of the predictor.
        description: One phrase that a clinician understands.
        value: The patient's value; None when missing.
        unit: UCUM code of its unit.
        shown: Value and unit as printed.
        percentile: Share of the training patients with a lower value [%].
        contribution: Shift away from the average training patient. An association,
            not the effect of changing the value.
    """

    name: str
    description: str
    value: float | None
    unit: str
    shown: str
    percentile: float | None
    contribution: float


@dataclass(frozen=True, kw_only=True)
class Factors:
    """All predictors of one patient, the largest contribution first.

    Attributes:
        patient: Pseudonym.
        method: Name of the explanation.
        scale: Scale of the contributions: log-odds or probability.
        reference: Prediction for the average training patient, on that scale.
        factors: The predictors.
    """

    patient: str
    method: str
    scale: str
    reference: float
    factors: tuple[Factor, ...]


def factors_of(model: OutcomeModel, row: PatientRow) -> Factors | None:
    """Explain one patient's table by the first method that suits the model.

    Returns None for a model without predictors, or that none moves.
    """
    if not model.card.predictors:
        return None
    for method in EXPLANATIONS.values():
        if isinstance(method, TableExplanationMethod) and method.suits(model.fitted):
            explained = method.attribute(model.fitted, model.data(row.view))
            return _factors(model.card, row, method.name, explained)
    return None


def _factors(
    card: ModelCard, row: PatientRow, method: str, explained: TableExplanation
) -> Factors | None:
    shifts, values = explained.contributions[0], row.view.table[0]
    if not np.any(shifts):
        return None
    made = [
        Factor(
            name=predictor.name,
            description=predictor.description,
            value=None if np.isnan(value) else round(float(value), 4),
            unit=str(predictor.unit),
            shown=predictor.shown(float(value)),
            percentile=_percentile(card, predictor, float(value)),
            contribution=round(float(shift), 4),
        )
        for predictor, value, shift in zip(card.predictors, values, shifts, strict=True)
    ]
    return Factors(
        patient=row.view.patients[0],
        method=method,
        scale=explained.scale,
        reference=float(explained.reference[0]),
        factors=tuple(sorted(made, key=lambda factor: -abs(factor.contribution))),
    )


def _percentile(card: ModelCard, predictor: Predictor, value: float) -> float | None:
    known = card.quantiles.get(predictor.name)
    if known is None or predictor.indicator or np.isnan(value):
        return None
    lower, upper = (np.searchsorted(known, value, side=s) for s in ("left", "right"))
    return float(round((lower + upper) / 2))
