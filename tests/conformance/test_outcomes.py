"""Every outcome on the shelf keeps the same promises."""

import pytest

from lbp_outcome.outcomes import OUTCOMES
from lbp_outcome.questionnaires import scale_named
from lbp_outcome.records import Measurement
from lbp_outcome.units import Unit

SHELF = pytest.mark.parametrize(
    "outcome", OUTCOMES.values(), ids=lambda item: item.name
)


def scores(values):
    return {
        name: Measurement(name=name, value=float(value), unit=Unit.SCORE)
        for name, value in values.items()
    }


@SHELF
def test_agrees_with_its_worked_examples(outcome):
    assert {example.value is None for example in outcome.examples} == {True, False}
    for example in outcome.examples:
        found = outcome(scores(example.before), scores(example.after))
        assert found.value == example.value


@SHELF
def test_a_margin_of_zero_or_more_is_a_yes(outcome):
    if outcome.margin is None:
        pytest.skip("a number, or a yes or no that has no margin")
    for example in outcome.examples:
        if example.value is not None:
            margin = outcome.margin(scores(example.before), scores(example.after))
            assert (margin >= 0) == bool(example.value)


@SHELF
def test_says_why_it_is_undecided_without_answers(outcome):
    found = outcome({}, {})
    assert found.value is None
    assert found.reason


@SHELF
def test_needs_only_scores_that_a_questionnaire_gives(outcome):
    assert outcome.needs
    for name in outcome.needs:
        assert scale_named(name).name == name


@SHELF
def test_names_its_source_and_its_meaning(outcome):
    assert outcome.reference
    assert outcome.statement
