"""Every questionnaire on the shelf keeps the same promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbp_outcome.errors import InvalidAnswer
from lbp_outcome.questionnaires import QUESTIONNAIRES, Line

SHELF = pytest.mark.parametrize(
    "form", QUESTIONNAIRES.values(), ids=lambda item: item.name
)


def answer(allowed):
    if isinstance(allowed, Line):
        return st.floats(allowed.low, allowed.high)
    return st.sampled_from(allowed.codes)


@SHELF
def test_reproduces_its_worked_example(form):
    answers, expected = form.worked_example
    found = {name: score.value for name, score in form.scores(answers).items()}
    assert found == pytest.approx(expected)


@SHELF
@given(data=st.data())
def test_stays_between_best_and_worst_for_any_answers(form, data):
    answers = {item: data.draw(answer(form.allowed[item])) for item in form.items}
    for scale in form.scales:
        low, high = sorted((scale.best, scale.worst))
        assert low - 1e-9 <= form.scores(answers)[scale.name].value <= high + 1e-9


@SHELF
def test_the_extreme_answers_reach_the_ends_of_the_scale(form):
    for end, attribute in ((min, "best"), (max, "worst")):
        answers = {
            item: end((a.low, a.high) if isinstance(a, Line) else a.codes)
            for item, a in form.allowed.items()
        }
        for scale in form.scales:
            found = form.scores(answers)[scale.name].value
            assert found == pytest.approx(getattr(scale, attribute))


@SHELF
def test_a_blank_form_has_no_score_and_names_the_blanks(form):
    for scale in form.scales:
        score = form.scores({})[scale.name]
        assert score.value is None
        assert scale.items[0] in score.reason


@SHELF
def test_allows_exactly_as_many_blanks_as_its_rule(form):
    full = {
        item: a.low if isinstance(a, Line) else a.codes[0]
        for item, a in form.allowed.items()
    }
    for scale in form.scales:
        for blanks in range(len(scale.items)):
            given_ = {k: v for k, v in full.items() if k not in scale.items[:blanks]}
            has_score = form.scores(given_)[scale.name].value is not None
            assert has_score == (blanks <= scale.max_missing)


@SHELF
def test_refuses_an_impossible_answer_by_name(form):
    item = form.items[0]
    with pytest.raises(InvalidAnswer, match=f"{item} = 999"):
        form.scores({item: 999})


@SHELF
def test_refuses_an_unknown_item(form):
    with pytest.raises(InvalidAnswer, match="there is no item 'nonsense'"):
        form.scores({"nonsense": 1})


@SHELF
def test_every_item_counts_in_some_score(form):
    assert {item for scale in form.scales for item in scale.items} == set(form.items)
