"""Masks are numbered as the field's tools number theirs, and show the same anatomy."""

import numpy as np
import pytest

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.simulate.masks.causes import Cause, causes_mask
from lbp_outcome.simulate.masks.musclemap import musclemap_mask
from lbp_outcome.simulate.masks.spider import spider_mask
from lbp_outcome.simulate.masks.spineps import spineps_tissues, spineps_vertebrae
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.planted import paint_planted, planting
from lbp_outcome.simulate.place import Place


@pytest.fixture(scope="module")
def painted(twin, scanned):
    """Return anatomy and canvas of a patient with everything in its place."""
    anatomy, canvas, *_ = scanned(twin(without_fat=False, degenerate=True))
    return anatomy, canvas


@pytest.fixture(scope="module")
def complete(painted):
    anatomy, _ = painted
    return anatomy.vertebrae[2:]


def aside(canvas, voxels):
    """Return how far to the patient's right the middle of some voxels lies [mm]."""
    middle = np.argwhere(voxels).mean(axis=0)
    return float((canvas.affine[:3, :3] @ middle + canvas.affine[:3, 3])[0])


def test_spineps_and_spider_name_the_same_vertebrae(painted, complete):
    anatomy, canvas = painted
    lowest = anatomy.vertebrae[-1].name
    one = LABEL_SCHEMES["spider"].read(
        Image(spider_mask(canvas, complete), canvas.affine), lowest=lowest
    )
    other = LABEL_SCHEMES["spineps"].read(
        Image(spineps_vertebrae(canvas, complete), canvas.affine),
        semantic=Image(spineps_tissues(canvas, complete), canvas.affine),
    )
    assert set(other.vertebrae) == {*one.vertebrae, Vertebra.S1}
    assert set(other.discs) == set(one.discs)
    for name, vertebra in one.vertebrae.items():
        apart = other.vertebrae[name].centroid - vertebra.centroid
        assert np.abs(apart).max() < 15  # SPINEPS knows which part is the body


def test_left_and_right_are_the_patients_own(painted, complete):
    _, canvas = painted
    tissues = spineps_tissues(canvas, complete)
    for left, right in ((43, 44), (45, 46), (47, 48)):
        assert aside(canvas, tissues == left) < aside(canvas, tissues == right)
    muscles = musclemap_mask(canvas)
    for left in (5101, 5111, 5121, 5131):
        assert aside(canvas, muscles == left) < aside(canvas, muscles == left + 1)


def test_every_tissue_of_a_vertebra_is_in_the_semantic_mask(painted, complete):
    _, canvas = painted
    found = set(np.unique(spineps_tissues(canvas, complete)).tolist())
    assert found == {0, 26, 41, 42, 43, 44, 45, 46, 47, 48, 49, 60, 61, 62, 100}


def test_causes_lie_where_the_outcome_comes_from(painted):
    anatomy, canvas = painted
    causes = causes_mask(canvas, anatomy, known=True, planted=None)
    parts = canvas.parts()
    number = anatomy.disc(anatomy.operated_level).number
    disc = parts == Part.DISC + number
    np.testing.assert_array_equal(causes == Cause.OPERATED_DISC, disc)
    muscle = np.isin(parts, [Part.MULTIFIDUS_LEFT, Part.MULTIFIDUS_RIGHT])
    assert muscle[causes == Cause.MULTIFIDUS_FAT].all()
    assert (causes == Cause.MULTIFIDUS_FAT).sum() > 0.4 * muscle.sum()
    sac = np.isin(parts, [Part.FLUID, Part.ROOT])
    assert sac[causes == Cause.REDUNDANT_ROOTS].all()


def test_the_place_of_the_fat_is_the_same_with_and_without_it(twin, scanned):
    def place(without_fat):
        anatomy, canvas, *_ = scanned(twin(without_fat=without_fat))
        causes = causes_mask(canvas, anatomy, known=True, planted=None)
        return canvas.parts(), causes == Cause.EPIDURAL_FAT

    parts, full = place(False)
    empty_parts, empty = place(True)
    fat = (parts == Part.EPIDURAL_FAT) & (empty_parts != Part.EPIDURAL_FAT)
    assert (fat & full).sum() > 0.8 * fat.sum()
    assert not (empty_parts[empty] == Part.EPIDURAL_FAT).any()
    assert (full & empty).sum() > 0.8 * full.sum()


def test_in_a_world_without_causes_nothing_is_marked(painted):
    anatomy, canvas = painted
    assert not causes_mask(canvas, anatomy, known=False, planted=None).any()


@pytest.mark.parametrize("structure", ["multifidus", "disc", "sac"])
def test_a_planted_signal_shows_in_its_structure_alone(twin, scanned, structure):
    anatomy, canvas, *_ = scanned(twin())
    place = planting(anatomy, Place(structure=structure, level=anatomy.operated_level))
    before = canvas.values["t2"].copy()
    paint_planted(canvas, place)
    changed = canvas.values["t2"] != before
    assert np.isin(canvas.part[changed], place.parts).all()
    causes = causes_mask(canvas, anatomy, known=False, planted=place)
    middle = changed[canvas.sheets // 2 :: canvas.sheets].transpose(2, 1, 0)
    assert (causes == Cause.PLANTED)[middle].all()
    after = canvas.values["t2"][changed]
    assert after.mean() == pytest.approx(before[changed].mean(), rel=0.01)
    assert np.abs(after / before[changed] - 1).mean() > 0.25
