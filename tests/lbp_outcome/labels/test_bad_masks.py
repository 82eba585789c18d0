"""Faulty masks are recognised, and the message says what, where and what to do."""

import logging
from pathlib import Path

import numpy as np
import pytest

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import InvalidChoice, UnknownLabel
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image
from lbp_outcome.labels import LABEL_SCHEMES, recognise
from lbp_outcome.phantoms import AnalyticSpine, grid_around

SPIDER, SPINEPS = LABEL_SCHEMES["spider"], LABEL_SCHEMES["spineps"]

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not (DATA / "disc_volumes").is_dir(), reason="the shared data are not here"
)

BODIES, DISCS = (1, 2, 3, 4), (201, 202, 203, 204)


def with_values(mask, values):
    return Image(values, mask.affine)


def test_labels_stretched_to_grey_levels_are_named(spider_mask, in_other_numbers):
    grey = in_other_numbers(spider_mask, {1: 51, 2: 102, 3: 153, 4: 204})
    with pytest.raises(UnknownLabel, match=r"evenly spread multiples of 51, .* divide"):
        SPIDER.read(grey)
    known = in_other_numbers(spider_mask, {1: 6, 2: 12, 3: 18, 4: 24})
    with pytest.raises(UnknownLabel, match="evenly spread multiples of 6"):
        SPIDER.read(known)


@needs_data
@pytest.mark.parametrize(("number", "step"), [(1, "51"), (5, "3.6")])
def test_published_discs_saved_as_grey_images_are_recognised(number, step):
    mask = read_image(DATA / "disc_volumes" / f"{number}_Labels.nii.gz")
    for read in (SPIDER.read, recognise):
        with pytest.raises(UnknownLabel, match=f"spread multiples of {step}, as if"):
            read(mask)


def test_a_speck_is_left_out_with_a_warning(spider_mask, caplog):
    values = spider_mask.values.copy()
    values[0, 0, 0] = 9
    spine = SPIDER.read(with_values(spider_mask, values))
    assert len(spine.vertebrae) == 4
    assert "label 9 marks 1 voxels at (" in caplog.text
    assert "left out" in caplog.text


def test_a_piece_far_away_is_left_out_with_a_warning(spider_mask, caplog):
    values = spider_mask.values.copy()
    one = np.argwhere(values == 1)
    four = np.argwhere(values == 4)[:60]
    values[tuple(four.T)] = 1
    with caplog.at_level(logging.WARNING):
        spine = SPIDER.read(with_values(spider_mask, values))
    whole = SPIDER.read(spider_mask).vertebrae[Vertebra.L5]
    assert spine.vertebrae[Vertebra.L5].volume_mm3 == pytest.approx(whole.volume_mm3)
    share = 100 * 60 / (len(one) + 60)
    assert f"label 1 lies in pieces more than 25 mm apart; {share:.2g} %" in caplog.text


def grown(mask, steps):
    """Every label grown into the background around it."""
    values = mask.values.copy()
    for _ in range(steps):
        for axis in range(3):
            for shift in (1, -1):
                moved = np.roll(values, shift, axis)
                values = np.where(values == 0, moved, values)
    return Image(values, mask.affine)


def test_dilated_discs_are_too_thick_to_be_measured(spider_mask):
    discs = np.where(spider_mask.values > 200, spider_mask.values, 0)
    spine = SPIDER.read(grown(with_values(spider_mask, discs), 6))
    assert "mm thick, more than any disc is: its labels were dilated" in spine.doubt
    assert SPIDER.read(with_values(spider_mask, discs)).doubt == ""


def test_dilated_bodies_leave_no_room_for_discs():
    anatomy = AnalyticSpine(shape="box", canal=False)
    mask = anatomy.mask(grid_around(anatomy, (3.0, 1.0, 1.0)))
    bodies = Image(np.where(mask.values < 100, mask.values, 0), mask.affine)
    assert SPIDER.read(bodies).doubt == ""
    assert "touches the next one, with no room" in SPIDER.read(grown(bodies, 5)).doubt


def spineps(spider_mask, in_other_numbers):
    bones = {n: 25 - n for n in BODIES} | {n: 325 - n for n in DISCS}
    inner = dict.fromkeys(BODIES, 49) | dict.fromkeys(DISCS, 100) | {100: 61}
    return in_other_numbers(spider_mask, bones), in_other_numbers(spider_mask, inner)


def test_masks_that_do_not_cover_the_same_bone_are_doubted(
    spider_mask, in_other_numbers
):
    bones, tissues = spineps(spider_mask, in_other_numbers)
    assert SPINEPS.read(bones, semantic=tissues).doubt == ""
    spine = SPINEPS.read(grown(bones, 2), semantic=tissues)
    assert "% of the mask of vertebrae lies where the mask of tissues" in spine.doubt


def test_sides_that_disagree_with_the_header_are_doubted(spider_mask, in_other_numbers):
    anatomy = AnalyticSpine(arches=True)
    mask = anatomy.mask(grid_around(anatomy, (3.0, 1.2, 1.2)))
    bones, tissues = spineps(mask, in_other_numbers)
    places = bones.to_patient(np.argwhere(np.ones(bones.values.shape)).astype(float))
    behind = (places[:, 1] < -25).reshape(bones.values.shape) & (tissues.values == 49)
    left = (places[:, 0] < 0).reshape(bones.values.shape)
    sides = tissues.values.copy()
    sides[behind & left], sides[behind & ~left] = 43, 44
    right_way = SPINEPS.read(bones, semantic=Image(sides, bones.affine))
    assert right_way.doubt == ""
    assert right_way.processes
    mirror = np.diag([-1.0, 1.0, 1.0, 1.0]) @ bones.affine
    spine = SPINEPS.read(Image(bones.values, mirror), semantic=Image(sides, mirror))
    assert spine.doubt.startswith("left and right are exchanged")


def test_a_doubtful_header_proves_no_scheme(spider_mask, in_other_numbers):
    wrong = spider_mask.affine.copy()
    axes = [np.linalg.norm(wrong[:3, axis]) for axis in range(3)]
    thick, thin = int(np.argmax(axes)), int(np.argmin(axes))
    wrong[:3, thick] *= axes[thin] / axes[thick]
    wrong[:3, thin] *= axes[thick] / axes[thin] * 1.5
    values = np.pad(spider_mask.values, [(40, 40), (40, 40), (0, 0)])
    bodies = np.where(values < 100, values, 0)
    with pytest.raises(InvalidChoice, match="more than one scheme"):
        recognise(Image(bodies, wrong))
    assert recognise(Image(values, wrong)).scheme.name == "spider"


def test_the_disc_of_a_clean_mask_is_no_speck(spider_mask):
    assert Disc.parse("L5-S1") in SPIDER.read(spider_mask).discs
