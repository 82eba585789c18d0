"""Answers to single questions are possible and add up to the score."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbp_outcome.questionnaires import QUESTIONNAIRES
from lbp_outcome.simulate.people.eq5d_items import answer_dimensions
from lbp_outcome.simulate.people.forms import BLANK
from lbp_outcome.simulate.people.items import share_out
from lbp_outcome.simulate.people.odi_items import answer_sections
from lbp_outcome.simulate.people.zcq_items import answer_items, answer_symptoms
from lbp_outcome.visits import BASELINE, VISITS

SEEDS = st.integers(0, 2**16)


def one_patient(items, seed):
    """Return the habits of one patient, and a source of chance."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((1, items), dtype=np.float32), rng


@given(score=st.floats(1, 4), items=st.integers(5, 6), seed=SEEDS)
def test_answers_average_to_the_nearest_possible_score(score, items, seed):
    answers = answer_items(np.array([score]), *one_patient(items, seed))
    assert answers.shape == (1, items)
    assert answers.min() >= 1
    assert answers.max() <= 4
    assert abs(answers.mean() - score) <= 0.5 / items + 1e-9


@given(score=st.floats(1, 5), seed=SEEDS)
def test_symptom_answers_make_up_for_the_coarse_balance_question(score, seed):
    answers = answer_symptoms(np.array([score]), *one_patient(7, seed))[0]
    assert answers[6] in (1, 3, 5)
    assert set(answers) <= {1, 2, 3, 4, 5}
    assert abs(answers.mean() - score) <= 0.5 / 7 + 1e-9


@given(score=st.floats(0, 100), seed=SEEDS)
def test_disability_answers_add_up_to_the_nearest_even_percent(score, seed):
    answers = answer_sections(np.array([score]), *one_patient(10, seed))[0]
    assert set(answers) <= {0, 1, 2, 3, 4, 5}
    assert abs(2 * answers.sum() - score) <= 1 + 1e-9


@given(health=st.floats(-0.25, 0.85), pain=st.floats(0, 100), seed=SEEDS)
def test_health_answers_are_worth_the_index(health, pain, seed):
    habits, rng = one_patient(5, seed)
    answers = answer_dimensions(np.array([health]), np.array([pain]), habits, rng)[0]
    form = QUESTIONNAIRES["eq5d"]
    given_ = dict(zip(form.items, map(int, answers), strict=True))
    assert abs(form.scores(given_)["eq5d_index"].value - health) <= 0.0075


@given(data=st.data(), items=st.integers(1, 6), seed=SEEDS)
def test_no_other_answers_with_that_sum_are_nearer_the_leaning(data, items, seed):
    """The obvious way: one point after the other, each where it costs least."""
    total = data.draw(st.integers(0, 5 * items))
    leaning = np.random.default_rng(seed).normal(2.5, 2.0, (1, items))
    slow = np.zeros(items)
    for _ in range(total):
        cost = np.where(slow < 5, slow + 0.5 - leaning[0], np.inf)
        slow[np.argmin(cost)] += 1
    fast = share_out(np.array([total]), leaning, 0, 5)[0]
    assert fast.sum() == total
    nearness = [np.sum((answers - leaning[0]) ** 2) for answers in (fast, slow)]
    assert nearness[0] == pytest.approx(nearness[1])


@pytest.mark.parametrize("name", ["zcq", "odi", "eq5d", "pain_vas", "pain_nrs"])
def test_every_form_is_accepted_by_the_questionnaire(world, name):
    form = QUESTIONNAIRES[name]
    for answers in world.forms.answers[name][:100].reshape(-1, len(form.items)):
        whole = zip(form.items, answers.tolist(), strict=True)
        form.scores({item: answer for item, answer in whole if answer != BLANK})


def test_a_patient_does_not_answer_all_questions_alike(world):
    after = world.forms.answers["zcq"][:, VISITS.index("month_12")]
    spread = after[(after != BLANK).all(axis=1)][:, :6].std(axis=1)
    assert spread.mean() == pytest.approx(0.6, abs=0.15)


def test_a_patient_answers_a_question_alike_at_every_visit(world):
    """Whoever has more pain than the other complaints still has it a year later."""
    symptoms = world.forms.answers["zcq"][:, :, :6].astype(float)
    returned = (symptoms != BLANK).all(axis=(1, 2))
    apart = symptoms[returned] - symptoms[returned].mean(axis=2, keepdims=True)
    assert 0.3 < np.corrcoef(apart[:, 0, 0], apart[:, 2, 0])[0, 1] < 0.6


def test_pain_of_the_index_and_pain_on_the_line_agree(world):
    health, line = world.forms.answers["eq5d"], world.forms.answers["pain_vas"]
    answered = (health != BLANK).all(axis=2) & (line != BLANK).all(axis=2)
    worst = line.max(axis=2)[answered]
    assert np.corrcoef(health[answered][:, 3], worst)[0, 1] > 0.5


def test_satisfaction_is_not_asked_before_surgery(world):
    zcq = world.forms.answers["zcq"]
    assert (zcq[:, VISITS.index(BASELINE), 12:] == BLANK).all()
    assert (zcq[:, 1:, 12:] != BLANK).mean() > 0.9
