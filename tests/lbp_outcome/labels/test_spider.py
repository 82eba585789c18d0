import numpy as np
import pytest

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import GeometryMismatch, InvalidChoice, UnknownLabel
from lbp_outcome.examination import Examination
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.phantoms import AnalyticSpine, grid_around
from lbp_outcome.place import Place

SPIDER = LABEL_SCHEMES["spider"]


@pytest.fixture(scope="module")
def mask():
    anatomy = AnalyticSpine(tilt_deg=(12, 3, 2))
    return anatomy.mask(grid_around(anatomy, (2.0, 1.5, 1.5)))


def relabelled(mask, **changes):
    values = mask.values.copy()
    for old, new in changes.items():
        values[mask.values == int(old.removeprefix("from_"))] = new
    return Image(values, mask.affine)


def test_counts_vertebrae_and_discs_from_the_lowest_up(mask):
    spine = SPIDER.read(mask)
    assert list(map(str, spine.vertebrae)) == ["L5", "L4", "L3"]
    assert list(map(str, spine.discs)) == ["L5-S1", "L4-L5", "L3-L4"]
    assert spine.numbering == "relative-from-bottom"
    assert spine.assumption == "the lowest vertebra (label 1) is assumed to be L5"


def test_disc_200_plus_k_lies_below_vertebra_k(mask):
    spine = SPIDER.read(mask)
    for disc, structure in spine.discs.items():
        assert structure.centroid[2] < spine.vertebrae[disc.upper].centroid[2]


def test_a_file_may_number_the_sacrum_as_1():
    anatomy = AnalyticSpine(lowest=Vertebra.S1)
    mask = anatomy.mask(grid_around(anatomy, (2.0, 1.5, 1.5)))
    spine = SPIDER.read(mask, lowest="S1")
    assert [str(name) for name in spine.named] == ["L3", "L4", "L5", "S1"]
    assert list(map(str, spine.discs)) == ["L5-S1", "L4-L5", "L3-L4"]


def test_a_sixth_lumbar_vertebra_can_be_stated(mask):
    spine = SPIDER.read(mask, lowest="L6")
    assert list(map(str, spine.discs)) == ["L6-S1", "L5-L6", "L4-L5"]
    assert [str(disc) for disc in spine.levels][-3:] == ["L4-L5", "L5-L6", "L6-S1"]


def test_a_partly_visible_vertebra_is_never_measured_as_a_whole_one(mask):
    spine = SPIDER.read(relabelled(mask, from_2=102))
    disc = Disc.parse("L4-L5")
    assert spine.partial == {Vertebra.L4}
    slip = MEASUREMENTS["listhesis_mm"](Examination(spine=spine), Place(disc=disc))
    assert slip.reason == "L4 is only partly visible"
    # The disc's own surface still stands in for the endplate that is not trusted.
    height = MEASUREMENTS["disc_height_mm"](Examination(spine=spine), Place(disc=disc))
    assert height.value == pytest.approx(9.0, abs=0.4)


def test_foreign_labels_are_named_with_the_scheme_they_fit(mask):
    foreign = relabelled(mask, from_1=41, from_2=60)
    with pytest.raises(UnknownLabel, match="labels 41, 60 are not defined by scheme"):
        SPIDER.read(foreign)
    instances = Image(np.where(mask.values > 200, 0, mask.values), mask.affine)
    with pytest.raises(UnknownLabel, match=r"label 28 is .* is this spineps or tot"):
        SPIDER.read(relabelled(instances, from_1=28, from_100=0))


def test_a_tissue_mask_is_recognised(mask):
    tissues = Image(np.where(mask.values > 0, 49, 0), mask.affine)
    with pytest.raises(UnknownLabel, match="the semantic mask of spineps, which goes"):
        SPIDER.read(tissues)


def test_there_is_no_second_mask(mask):
    with pytest.raises(InvalidChoice, match="spider has one mask only"):
        SPIDER.read(mask, semantic=mask)


def test_labels_that_count_downwards_are_refused(mask):
    upside_down = relabelled(mask, from_1=3, from_3=1, from_201=203, from_203=201)
    with pytest.raises(GeometryMismatch, match="count in the other direction"):
        SPIDER.read(upside_down)


def test_discs_numbered_from_the_vertebra_below_are_refused(mask):
    shifted = relabelled(mask, from_202=201, from_203=202, from_201=0)
    with pytest.raises(GeometryMismatch, match="does not lie between its vertebrae"):
        SPIDER.read(shifted)


def test_a_vertebra_above_the_neck_is_refused():
    values = np.zeros((3, 3, 3), np.int16)
    values[1, 1, 1] = 25
    with pytest.raises(InvalidChoice, match="vertebra 25 would lie above C1"):
        SPIDER.read(Image(values, np.eye(4)))


def test_a_mask_of_the_canal_alone_is_a_spine_without_names():
    values = np.zeros((5, 5, 5), np.int16)
    values[2, 2] = 100
    spine = SPIDER.read(Image(values, np.eye(4)))
    assert spine.canal is not None
    assert spine.named == ()
