from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import GeometryMismatch, UnknownLabel
from lbp_outcome.examination import Examination
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around
from lbp_outcome.place import Place

SPINEPS = LABEL_SCHEMES["spineps"]

ANATOMY = AnalyticSpine(
    segments=(Segment(wedge_deg=8), Segment(), Segment()), arches=True
)


@cache
def as_spineps(top_number):
    """Turn SPIDER numbers into an instance mask that counts down from the top."""
    grid = grid_around(ANATOMY, (2.0, 1.0, 1.0))
    spider = ANATOMY.mask(grid).values
    bodies = replace(ANATOMY, arches=False).mask(grid).values
    instances, tissues = np.zeros_like(spider), np.zeros_like(spider)
    for number in (1, 2, 3):
        name = top_number + 3 - number
        instances[spider == number] = name
        instances[spider == 200 + number] = 100 + name
        tissues[spider == number] = 41
        tissues[(bodies == number) & (spider == number)] = 49
        tissues[spider == 200 + number] = 100
    tissues[spider == 100] = 61
    return Image(instances, grid.affine), Image(tissues, grid.affine)


def names(spine):
    return [str(name) for name, _ in spine.head_first]


def test_lumbar_numbers_are_anatomical():
    spine = SPINEPS.read(as_spineps(22)[0])
    assert names(spine) == ["L3", "L3-L4", "L4", "L4-L5", "L5", "L5-S1"]
    assert (spine.numbering, spine.assumption) == ("anatomical", "")


def test_numbers_that_only_count_from_the_top_are_counted_from_the_bottom():
    # 5, 6, 7 would be C5 to C7; without the labelling model they are just 5th to 7th.
    spine = SPINEPS.read(as_spineps(5)[0])
    assert names(spine) == ["L3", "L3-L4", "L4", "L4-L5", "L5", "L5-S1"]
    assert spine.numbering == "relative-from-bottom"
    assert spine.assumption == "the lowest vertebra (label 7) is assumed to be L5"


def test_the_user_can_state_the_lowest_vertebra_whatever_the_numbers():
    spine = SPINEPS.read(as_spineps(22)[0], lowest="L4")
    assert names(spine)[-1] == "L4-L5"
    assert "stated to be L4" in spine.assumption


def test_a_thirteenth_rib_vertebra_lies_between_t12_and_l1():
    instances = as_spineps(18)[0].values.copy()
    instances[instances == 20] = 28
    instances[instances == 120] = 128
    spine = SPINEPS.read(Image(instances, as_spineps(18)[0].affine))
    assert names(spine) == ["T11", "T11-T12", "T12", "T12-T13", "T13", "T13-L1"]
    assert str(spine.levels[0]) == "T13-L1"


def test_the_sacrum_is_s1_beside_numbers_that_only_count():
    mask = as_spineps(5)[0]
    values = mask.values.copy()
    values[values == 7] = 26
    values[values == 107] = 0
    spine = SPINEPS.read(Image(values, mask.affine))
    assert names(spine) == ["L4", "L4-L5", "L5", "L5-S1", "S1"]


def test_the_second_mask_gives_bodies_and_canal():
    instances, tissues = as_spineps(22)
    spine = SPINEPS.read(instances, semantic=tissues)
    assert spine.canal is not None
    whole, body = spine.vertebrae[Vertebra.L4], spine.corpora[Vertebra.L4]
    assert 0.6 * whole.volume_mm3 < body.volume_mm3 < 0.9 * whole.volume_mm3
    wedge = MEASUREMENTS["disc_wedge_deg"](
        Examination(spine=spine), Place(disc=Disc.parse("L5-S1"))
    )
    assert wedge.value == pytest.approx(8.0, abs=0.7)


def test_endplates_with_labels_of_their_own_belong_to_the_bone():
    instances, tissues = as_spineps(22)
    plain = SPINEPS.read(instances, semantic=tissues)
    disc = instances.values == 123  # L4-L5
    layers = np.flatnonzero(disc.any(axis=(0, 1)))
    plate = disc.copy()
    plate[:, :, layers[2:-2]] = False  # a sheet of bone at either side of the disc
    marked = Image(np.where(plate, 223, instances.values), instances.affine)
    spine = SPINEPS.read(marked, semantic=tissues)
    lost = plain.discs[Disc.parse("L4-L5")].volume_mm3
    lost -= spine.discs[Disc.parse("L4-L5")].volume_mm3
    gained = sum(
        spine.corpora[name].volume_mm3 - plain.corpora[name].volume_mm3
        for name in (Vertebra.L4, Vertebra.L5)
    )
    assert gained == pytest.approx(lost, rel=0.02)
    without = SPINEPS.read(marked)
    assert (
        without.vertebrae[Vertebra.L4].volume_mm3
        > plain.vertebrae[Vertebra.L4].volume_mm3
    )


def test_masks_of_different_runs_do_not_fit_together():
    instances, tissues = as_spineps(22)
    shorter = Image(tissues.values[:-1], tissues.affine)
    with pytest.raises(
        GeometryMismatch,
        match=r"different voxels, 1 missing .* resample",
    ):
        SPINEPS.read(instances, semantic=shorter)
    shifted = tissues.affine.copy()
    shifted[0, 3] += 5
    elsewhere = Image(tissues.values, shifted)
    with pytest.raises(GeometryMismatch, match="different positions in the patient"):
        SPINEPS.read(instances, semantic=elsewhere)


def test_the_tissue_mask_alone_is_recognised():
    with pytest.raises(UnknownLabel, match="semantic mask of spineps"):
        SPINEPS.read(as_spineps(22)[1])
