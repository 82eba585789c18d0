"""Schemes beside SPIDER and SPINEPS, on one and the same spine."""

import numpy as np
import pytest

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES

NAMES = ["L2", "L2-L3", "L3", "L3-L4", "L4", "L4-L5", "L5", "L5-S1"]
BODIES = [name for name in NAMES if "-" not in name]

TOTALSPINESEG = {1: 45, 2: 44, 3: 43, 4: 42, 201: 100, 202: 95, 203: 94, 204: 93}


def names(spine):
    return [str(name) for name, _ in spine.head_first]


@pytest.mark.parametrize(
    ("scheme", "numbers", "expected"),
    [
        ("totalspineseg", {**TOTALSPINESEG, 100: 2}, NAMES),
        ("totalsegmentator_vertebrae_mr", {1: 2, 2: 3, 3: 4, 4: 5}, BODIES),
        ("totalsegmentator_ct", {1: 27, 2: 28, 3: 29, 4: 30}, BODIES),
    ],
)
def test_anatomical_numbers_become_names(
    spider_mask, in_other_numbers, scheme, numbers, expected
):
    spine = LABEL_SCHEMES[scheme].read(in_other_numbers(spider_mask, numbers))
    assert names(spine) == expected
    assert (spine.numbering, spine.assumption) == ("anatomical", "")


def test_the_last_disc_of_totalspineseg_lies_below_a_sixth_lumbar_vertebra(
    spider_mask, in_other_numbers
):
    six = {1: 46, 2: 45, 3: 44, 4: 43, 201: 100, 203: 95, 204: 94}
    spine = LABEL_SCHEMES["totalspineseg"].read(in_other_numbers(spider_mask, six))
    assert names(spine)[-2:] == ["L6", "L6-S1"]


def test_a_seventh_lumbar_vertebra_is_refused_in_words(spider_mask, in_other_numbers):
    seven = in_other_numbers(spider_mask, {1: 47, 2: 46, 3: 45})
    with pytest.raises(InvalidChoice, match="label 47 is a seventh lumbar vertebra"):
        LABEL_SCHEMES["totalspineseg"].read(seven)


@pytest.mark.parametrize(
    ("scheme", "bone", "disc"),
    [("totalsegmentator_mr", 19, 20), ("totalsegmentator_vertebrae_body", 1, 2)],
)
def test_one_label_for_all_is_taken_apart(
    spider_mask, in_other_numbers, scheme, bone, disc
):
    together = dict.fromkeys((1, 2, 3, 4), bone) | dict.fromkeys(range(201, 205), disc)
    spine = LABEL_SCHEMES[scheme].read(in_other_numbers(spider_mask, together))
    single = LABEL_SCHEMES["spider"].read(spider_mask)
    assert names(spine) == NAMES
    for name, part in single.vertebrae.items():
        assert spine.vertebrae[name].volume_mm3 == pytest.approx(part.volume_mm3)
    assert spine.assumption == "the lowest vertebra (label 1) is assumed to be L5"


def test_vertebrae_that_hang_together_are_cut_where_a_disc_lies(
    spider_mask, in_other_numbers
):
    together = dict.fromkeys((1, 2, 3, 4), 19) | dict.fromkeys(range(201, 205), 20)
    mask = in_other_numbers(spider_mask, together)
    bridged = mask.values.copy()
    bone = np.argwhere(mask.values == 19)
    back, _, side = bone.max(axis=0)
    low, high = bone[:, 1].min(), bone[:, 1].max()
    bridged[back - 1 : back + 2, low : high + 1, side - 3 : side] = 19
    spine = LABEL_SCHEMES["totalsegmentator_mr"].read(Image(bridged, mask.affine))
    assert names(spine) == NAMES
    sizes = [part.volume_mm3 for part in spine.vertebrae.values()]
    assert max(sizes) < 1.2 * min(sizes)


def test_a_disc_that_is_not_segmented_shifts_no_name(spider_mask, in_other_numbers):
    together = dict.fromkeys((1, 2, 3, 4), 19) | dict.fromkeys((201, 203, 204), 20)
    spine = LABEL_SCHEMES["totalsegmentator_mr"].read(
        in_other_numbers(spider_mask, together)
    )
    assert names(spine) == [name for name in NAMES if name != "L4-L5"]


def test_the_sacrum_of_total_mr_is_s1_and_not_counted(spider_mask, in_other_numbers):
    numbers = {1: 18, 2: 19, 3: 19, 4: 19, 202: 20, 203: 20, 204: 20}
    spine = LABEL_SCHEMES["totalsegmentator_mr"].read(
        in_other_numbers(spider_mask, numbers)
    )
    assert names(spine) == ["L3", "L3-L4", "L4", "L4-L5", "L5", "L5-S1", "S1"]


def test_a_cord_alone_is_no_canal(spider_mask, in_other_numbers):
    spine = LABEL_SCHEMES["totalsegmentator_ct"].read(
        in_other_numbers(spider_mask, {1: 27, 2: 28, 100: 79})
    )
    assert spine.cord is not None
    assert spine.canal is None


def test_the_user_may_count_anew_from_the_lowest(spider_mask, in_other_numbers):
    mask = in_other_numbers(spider_mask, TOTALSPINESEG)
    spine = LABEL_SCHEMES["totalspineseg"].read(mask, lowest="L6")
    assert names(spine)[-4:] == ["L5", "L5-L6", "L6", "L6-S1"]
    assert "stated to be L6" in spine.assumption
