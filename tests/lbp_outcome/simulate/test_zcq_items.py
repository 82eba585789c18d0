"""Answers to single questions are possible and add up to the score."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbp_outcome.questionnaires.zcq import ZCQ
from lbp_outcome.simulate.people.zcq_items import answer_items, answer_symptoms


@given(score=st.floats(1, 4), items=st.integers(5, 6), seed=st.integers(0, 2**16))
def test_answers_average_to_the_nearest_possible_score(score, items, seed):
    answers = answer_items(np.array([score]), items, 4, np.random.default_rng(seed))
    assert answers.shape == (1, items)
    assert answers.min() >= 1
    assert answers.max() <= 4
    assert abs(answers.mean() - score) <= 0.5 / items + 1e-9


@given(score=st.floats(1, 5), seed=st.integers(0, 2**16))
def test_symptom_answers_make_up_for_the_coarse_balance_question(score, seed):
    answers = answer_symptoms(np.array([score]), np.random.default_rng(seed))[0]
    assert answers[6] in (1, 3, 5)
    assert set(answers) <= {1, 2, 3, 4, 5}
    assert abs(answers.mean() - score) <= 0.5 / 7 + 1e-9


def test_every_form_is_accepted_by_the_questionnaire(world):
    for form in (*world.forms.zcq_before[:150], *world.forms.zcq_after[:150]):
        answers = {f"zcq_{i}": value for i, value in enumerate(form, start=1)}
        ZCQ.scores(answers)


def test_a_patient_does_not_answer_all_questions_alike(world):
    returned = ~np.isnan(world.forms.zcq_after).any(axis=1)
    spread = world.forms.zcq_after[returned][:, :6].std(axis=1)
    assert spread.mean() == pytest.approx(0.6, abs=0.15)


def test_blanks_are_as_common_as_promised(world):
    forms = world.forms
    assert np.isnan(forms.zcq_before[:, :12]).mean() == pytest.approx(0.02, abs=0.002)
    assert np.isnan(forms.zcq_before[:, 12:]).all()
    lost = np.isnan(forms.zcq_after).all(axis=1)
    assert lost.mean() == pytest.approx(0.05, abs=0.003)
    assert np.isnan(forms.zcq_after[~lost]).mean() == pytest.approx(0.02, abs=0.002)
    assert (~forms.has_mri).mean() == pytest.approx(0.06, abs=0.004)
    assert (~forms.has_xray).mean() == pytest.approx(0.04, abs=0.004)
