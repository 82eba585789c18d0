"""The scheme of a mask is decided when it is beyond doubt, and asked for otherwise."""

import logging

import numpy as np
import pytest

from lbp_outcome.errors import InvalidChoice, UnknownLabel
from lbp_outcome.image import Image
from lbp_outcome.io.images import write_image
from lbp_outcome.labels import read_spine, recognise, recognise_muscles

BODIES, DISCS = (1, 2, 3, 4), (201, 202, 203, 204)

SPINEPS = {n: 25 - n for n in BODIES} | {n: 325 - n for n in DISCS}
TOTALSPINESEG = {1: 45, 2: 44, 3: 43, 4: 42, 201: 100, 202: 95, 203: 94, 204: 93}
TOTAL_MR = dict.fromkeys(BODIES, 19) | dict.fromkeys(DISCS, 20)


@pytest.mark.parametrize(
    ("scheme", "numbers"),
    [
        ("spider", {n: n for n in (*BODIES, *DISCS, 100)}),
        ("spider", {n: n for n in DISCS}),
        ("spineps", SPINEPS),
        ("spineps", {n: 10 - n for n in BODIES}),  # only a count from the top fits
        ("totalspineseg", {**TOTALSPINESEG, 100: 2}),
        ("totalsegmentator_mr", {**TOTAL_MR, 100: 21}),
        ("totalsegmentator_ct", {1: 27, 2: 28, 3: 29, 4: 30, 100: 79}),
    ],
)
def test_labels_and_places_decide_together(
    spider_mask, in_other_numbers, scheme, numbers
):
    found = recognise(in_other_numbers(spider_mask, numbers))
    assert found.scheme.name == scheme
    assert found.why.startswith(f"recognised as {scheme}: ")


@pytest.mark.parametrize(
    ("numbers", "candidates"),
    [
        ({n: n for n in BODIES}, "spider or totalsegmentator_vertebrae_mr"),
        ({1: 1}, "spider, spineps"),
    ],
)
def test_what_fits_several_schemes_is_asked_for(
    spider_mask, in_other_numbers, numbers, candidates
):
    with pytest.raises(InvalidChoice, match=rf"state which .* {candidates}"):
        recognise(in_other_numbers(spider_mask, numbers))


def test_numbers_of_no_scheme_are_named_with_the_nearest(spider_mask, in_other_numbers):
    mask = in_other_numbers(spider_mask, {1: 1, 2: 2, 201: 250})
    with pytest.raises(UnknownLabel, match=r"spider comes nearest .* not have 250"):
        recognise(mask)


def test_labels_in_impossible_places_are_refused_by_every_scheme(
    spider_mask, in_other_numbers
):
    shuffled = in_other_numbers(spider_mask, {1: 3, 2: 1, 3: 4, 4: 2, 201: 203})
    with pytest.raises(InvalidChoice, match=r"lie where they cannot \(spider: "):
        recognise(shuffled)


def test_two_masks_may_not_be_exchanged(spider_mask, in_other_numbers):
    bones = in_other_numbers(spider_mask, SPINEPS)
    tissues = in_other_numbers(
        spider_mask, dict.fromkeys(BODIES, 49) | dict.fromkeys(DISCS, 100) | {100: 61}
    )
    assert recognise(bones, semantic=tissues).scheme.name == "spineps"
    with pytest.raises(InvalidChoice, match="two masks are exchanged"):
        recognise(tissues, semantic=bones)
    with pytest.raises(InvalidChoice, match="look like the semantic mask of spineps"):
        recognise(tissues)


def test_auto_records_what_the_scheme_was_recognised_by(spider_mask, tmp_path):
    file = tmp_path / "mask.nii.gz"
    write_image(file, spider_mask)
    spine = read_spine(file, scheme="auto")
    assert "assumed to be L5; recognised as spider: no other scheme" in spine.assumption


@pytest.mark.parametrize(
    ("read_as", "numbers", "better"),
    [
        ("totalspineseg", {1: 24, 2: 23, 3: 22, 4: 21, 201: 75}, None),
        ("totalsegmentator_mr", {1: 24, 2: 23, 3: 22, 4: 20}, "spineps"),
    ],
)
def test_a_mask_read_under_the_wrong_scheme_is_pointed_out(
    spider_mask, in_other_numbers, tmp_path, caplog, read_as, numbers, better
):
    file = tmp_path / "mask.nii.gz"
    write_image(file, in_other_numbers(spider_mask, numbers))
    with caplog.at_level(logging.WARNING):
        spine = read_spine(file, scheme=read_as)
    said = caplog.text + spine.doubt
    assert "would" in said or "thick" in said
    if better and not spine.doubt:
        assert f"is it {better}?" in said


@pytest.mark.parametrize(
    ("read_as", "top"),
    [("spider", 10), ("totalsegmentator_vertebrae_mr", 10), ("spineps", 30)],
)
def test_numbers_that_count_the_other_way_are_refused(
    spider_mask, in_other_numbers, tmp_path, read_as, top
):
    file = tmp_path / "mask.nii.gz"
    write_image(file, in_other_numbers(spider_mask, {n: top - n for n in BODIES}))
    with pytest.raises(ValueError, match=r"mask.nii.gz: .* in the other direction"):
        read_spine(file, scheme=read_as)


def back_muscles(numbers, mirrored=False):
    """Four pairs of muscles in an axial stack, multifidus innermost, psoas in front."""
    values = np.zeros((100, 60, 8), np.uint16)
    places = [(44, 10), (30, 8), (34, 45), (15, 32)]
    for pair, (left, front) in zip(np.reshape(numbers, (4, 2)), places, strict=True):
        for label, start in zip(pair, (left, 90 - left), strict=True):
            values[start : start + 10, front : front + 12] = label
    affine = np.diag([-1.0 if mirrored else 1.0, 1.0, 4.0, 1.0])
    return Image(values, affine)


NEW = (5101, 5102, 5111, 5112, 5121, 5122, 5131, 5132)
OLD = (2, 1, 4, 3, 6, 5, 8, 7)


def test_muscles_are_recognised_by_side_and_place():
    assert recognise_muscles(back_muscles(NEW)).scheme.name == "musclemap"
    found = recognise_muscles(back_muscles(OLD))
    assert found.scheme.name == "musclemap_abdomen"
    assert "8 muscles lie on their sides" in found.why


@pytest.mark.parametrize("numbers", [NEW, OLD])
def test_a_mirrored_mask_of_muscles_is_refused(numbers):
    with pytest.raises(InvalidChoice, match="lies on the patient's right"):
        recognise_muscles(back_muscles(numbers, mirrored=True))


def test_vertebrae_are_not_taken_for_muscles(spider_mask, in_other_numbers):
    bodies = in_other_numbers(spider_mask, {n: n for n in BODIES})
    with pytest.raises(InvalidChoice, match="state which one"):
        recognise_muscles(bodies)
