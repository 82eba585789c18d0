"""Which outcomes of a patient cannot be excluded, at a stated error rate."""

import numpy as np
from jaxtyping import Bool, Float, Int

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.inputs import PerPatient, both_outcomes, probabilities

LabelPValues = Float[np.ndarray, "new 2"]
"""Conformal p values of a bad (0) and a good (1) outcome, one row per new patient."""


def conformal_sets(
    outcome: PerPatient,
    probability: PerPatient,
    *,
    new: Float[np.ndarray, "models new"],
    fold: Int[np.ndarray, " patients"] | None = None,
    level: float = 0.9,
) -> Bool[np.ndarray, "new 2"]:
    """Outcomes that stay possible for each new patient: no, yes, both or neither.

    Of the patients who will have the outcome, and separately of those who will not,
    a share `level` gets a set that holds what happens to them. Both: the model cannot
    tell. Neither: a patient unlike all before. A set is not a probability, and of the
    patients with a set of one outcome more than 1 - `level` may be wrong.

    The guarantee is exact for one model that never saw the calibration patients
    (`fold` left out). Predictions of a cross-validation are guaranteed only
    2 x `level` - 1; in simulations they come within 1 point of `level`, rounded up to
    the next share that so many patients allow. All of it ends where new patients
    differ from the calibration patients, as those of another hospital do.

    Args:
        outcome: 1 for the outcome, 0 for none, of the calibration patients.
        probability: Their probabilities, by models that never saw them.
        new: Probabilities of the new patients, one row per model.
        fold: Row of `new` made by the model that predicted each calibration patient;
            all the first row when left out.
        level: Share of the patients with either outcome whose set holds it.

    Raises:
        NotMeasurable: So few patients with, or without, the outcome that nothing
            could ever be excluded.

    Reference: Vovk 2015, doi:10.1007/s10472-013-9368-4 (cross-conformal); Sadinle et
    al. 2019, doi:10.1080/01621459.2017.1395341 (coverage of each label).
    """
    both_outcomes(outcome)
    rarer = int(min(outcome.sum(), (1 - outcome).sum()))
    if (rarer + 1) * (1 - level) < 1 - 1e-9:
        raise NotMeasurable(
            f"only {rarer} patients have the rarer outcome, too few to exclude it at "
            f"level {level:g}"
        )
    p_values = conformal_p_values(outcome, probability, new=new, fold=fold)
    return p_values > 1 - level + 1e-9


def conformal_p_values(
    outcome: PerPatient,
    probability: PerPatient,
    *,
    new: Float[np.ndarray, "models new"],
    fold: Int[np.ndarray, " patients"] | None = None,
) -> LabelPValues:
    """How usual each new patient would be among those with either outcome.

    The share of patients with that outcome, the new one included, who looked at least
    as unlikely to have it. Arguments as for `conformal_sets`.

    Raises:
        NotMeasurable: All calibration patients have the same outcome.
        InvalidChoice: A fold without a row in `new`.
    """
    both_outcomes(outcome)
    given, new = probabilities(probability), probabilities(new)
    model = rows_of_models(fold, len(outcome), len(new))
    columns = [
        _p_value(
            _distance(given, label), _distance(new, label)[model], outcome == label
        )
        for label in (0.0, 1.0)
    ]
    return np.column_stack(columns)


def rows_of_models(
    fold: Int[np.ndarray, " patients"] | None, patients: int, models: int
) -> Int[np.ndarray, " patients"]:
    """Row of the new predictions that belongs to each calibration patient."""
    model = np.zeros(patients, dtype=int) if fold is None else fold
    if model.min() < 0 or model.max() >= models or (fold is None and models > 1):
        raise InvalidChoice(
            f"New patients were predicted by {models} models, which does not fit the "
            "folds of the calibration patients; give one row per fold, from 0."
        )
    return model


def _distance(probability: np.ndarray, label: float) -> np.ndarray:
    """How little a probability conforms to an outcome."""
    return np.abs(label - probability)


def _p_value(
    given: PerPatient,
    new: Float[np.ndarray, "patients new"],
    having: Bool[np.ndarray, " patients"],
) -> Float[np.ndarray, " new"]:
    as_unlikely = given[having, None] >= new[having] - 1e-12
    return np.asarray((1 + as_unlikely.sum(axis=0)) / (1 + having.sum()))
