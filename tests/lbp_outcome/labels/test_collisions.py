"""The same number means different things: the table of the domain sheet, 2.9."""

import pytest

from lbp_outcome.labels import LABEL_SCHEMES, Kind

SPIDER, SPINEPS = LABEL_SCHEMES["spider"], LABEL_SCHEMES["spineps"]
TOTALSPINESEG = LABEL_SCHEMES["totalspineseg"]
TOTAL_MR = LABEL_SCHEMES["totalsegmentator_mr"]

VERTEBRA, DISC, OTHER = Kind.VERTEBRA, Kind.DISC, Kind.OTHER

TABLE = {  # SPIDER, SPINEPS vertebrae, SPINEPS tissues, TotalSpineSeg, TotalSegmentator
    1: (VERTEBRA, VERTEBRA, None, Kind.CORD, OTHER),  # lowest, topmost, -, -, spleen
    20: (VERTEBRA, VERTEBRA, None, None, Kind.ALL_DISCS),  # -, L1, -, -, all discs
    26: (None, VERTEBRA, OTHER, VERTEBRA, OTHER),  # -, sacrum, sacrum, T6, artery
    41: (None, None, Kind.PROCESS, VERTEBRA, OTHER),  # -, -, arch, L1, gluteus
    100: (Kind.CANAL, None, OTHER, Kind.DISC_ABOVE, None),  # canal, -, discs, L5-S1, -
    **dict.fromkeys(range(101, 126), (Kind.PARTIAL_VERTEBRA, DISC, None, None, None)),
    **dict.fromkeys(range(201, 226), (DISC, Kind.ENDPLATE, None, None, None)),
}


@pytest.mark.parametrize("number", TABLE)
def test_a_number_means_what_the_collision_table_says(number):
    columns = (
        SPIDER.labels,
        SPINEPS.labels,
        SPINEPS.tissues,
        TOTALSPINESEG.labels,
        TOTAL_MR.labels,
    )
    found = [column[number].kind if number in column else None for column in columns]
    assert tuple(found) == TABLE[number]


def test_the_sides_of_musclemap_are_reversed_between_its_models():
    new, old = LABEL_SCHEMES["musclemap"], LABEL_SCHEMES["musclemap_abdomen"]
    for muscle, number in enumerate((5101, 5111, 5121, 5131)):
        assert new.labels[number].side == "left"
        assert old.labels[2 * muscle + 1].side == "right"
        assert new.labels[number].muscle is old.labels[2 * muscle + 1].muscle


def test_musclemap_passes_over_the_other_muscles_of_the_whole_body():
    labels = LABEL_SCHEMES["musclemap"].labels
    assert {labels[n].kind for n in (5141, 5142, 6101, 6152, 6160)} == {OTHER}
