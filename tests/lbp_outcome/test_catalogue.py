import pytest

from lbp_outcome.catalogue import (
    FEATURES,
    WIDTH,
    Category,
    Status,
    catalogue_table,
    features_carrying,
)
from lbp_outcome.measurements import MEASUREMENTS


def test_every_measurement_that_a_feature_names_is_on_the_shelf():
    named = {name for item in FEATURES for name in item.measurements}
    assert named - {*MEASUREMENTS} == set()


def test_every_measurement_on_the_shelf_carries_a_feature():
    assert [name for name in MEASUREMENTS if not features_carrying(name)] == []


def test_features_have_ids_of_their_own_and_say_how_they_are_answered():
    assert len({item.id for item in FEATURES}) == len(FEATURES)
    for item in FEATURES:
        answered = item.status in {Status.QUANTIFIED, Status.PROXY}
        assert answered == bool(item.measurements), item.id


def test_the_review_lists_29_features_and_its_counts_add_up():
    # doi:10.1007/s00586-023-07602-x: 11 positive, 7 without association (33 % or
    # less), 2 mixed and 9 inconclusive, for which no percentage is public.
    review = [item for item in FEATURES if item.category is not Category.EXTRA]
    percents = [item.agreement_percent for item in review]
    assert len(review) == 29
    assert sum(p is not None and p > 33 for p in percents) == 11
    assert sum(p is not None and p <= 33 for p in percents) == 7
    assert sum(p is None for p in percents) == 2 + 9


def test_what_is_uncertain_in_the_evidence_is_said():
    defects = next(item for item in FEATURES if item.id == "endplate_defects")
    assert "75 %" in defects.agreement_note
    for item in FEATURES:
        if item.agreement_percent is None and item.category is not Category.EXTRA:
            assert "inconclusive" in item.agreement_note


def test_the_table_is_plain_narrow_and_says_what_the_evidence_is_about():
    table = catalogue_table()
    assert max(map(len, table.splitlines())) <= WIDTH
    assert "LOW BACK PAIN" in table
    assert "not about the outcome of surgery" in " ".join(table.split())
    for item in FEATURES:
        assert item.name in table


@pytest.mark.parametrize("word", ["causes", "predicts", "diagnos"])
def test_no_relation_is_called_more_than_an_association(word):
    assert word not in catalogue_table().lower()
