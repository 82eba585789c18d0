import numpy as np
import pytest

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.brier import weighted_brier
from lbp_outcome.statistics.comparison import paired_difference
from lbp_outcome.statistics.out_of_fold import OutOfFold, regardless_of_fold


def found(outcome, predicted, patients="abcdef"):
    rows = len(outcome)
    return OutOfFold.from_rows(
        np.array(outcome, float),
        np.array(predicted, float),
        fold=np.arange(rows) % 2,
        repeat=np.zeros(rows, dtype=int),
        patients=list(patients),
    )


OUTCOME = [0, 1, 0, 1, 1, 0]
BETTER, WORSE = [0.1, 0.9, 0.2, 0.7, 0.8, 0.3], [0.5, 0.6, 0.5, 0.5, 0.4, 0.4]
BRIER = regardless_of_fold(weighted_brier)


def test_the_difference_has_the_sign_of_first_minus_second():
    first, second = found(OUTCOME, BETTER), found(OUTCOME, WORSE)
    forth = paired_difference(first, second, BRIER, replicates=500)
    back = paired_difference(second, first, BRIER, replicates=500)
    assert forth.estimate < 0
    assert forth == pytest.approx((-back.estimate, -back.high, -back.low))


def test_models_of_other_patients_cannot_be_compared():
    with pytest.raises(InvalidChoice, match="same patients"):
        paired_difference(
            found(OUTCOME, BETTER), found(OUTCOME, WORSE, "abcdeg"), BRIER
        )


def test_models_of_another_outcome_cannot_be_compared():
    with pytest.raises(InvalidChoice, match="same outcome"):
        paired_difference(found(OUTCOME, BETTER), found(OUTCOME[::-1], WORSE), BRIER)
