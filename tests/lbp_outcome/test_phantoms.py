import numpy as np
import pytest

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around


def test_plates_lie_as_far_apart_and_as_tilted_as_the_segment_says():
    segment = Segment(height_mm=9.0, wedge_deg=10.0, slip_mm=5.0)
    ((lower, upper),) = AnalyticSpine(segments=(segment,)).plates
    frame = AnalyticSpine(segments=(segment,)).frames[0]
    tilt = np.degrees(np.arccos(lower.axes[:, 2] @ upper.axes[:, 2]))
    assert tilt == pytest.approx(10.0)
    apart = frame.local(np.stack([lower.centre, upper.centre]))
    np.testing.assert_allclose(apart[1] - apart[0], [0, -5, 9], atol=1e-9)


def test_a_disc_has_the_volume_of_its_cylinder():
    segment = Segment(height_mm=8.0, wedge_deg=6.0)
    anatomy = AnalyticSpine(segments=(segment,), tilt_deg=(12.0, 5.0, 0.0))
    mask = anatomy.mask(grid_around(anatomy, (0.7, 0.7, 0.7)))
    volume = (mask.values == 201).sum() * mask.voxel_volume_mm3
    assert volume == pytest.approx(np.pi / 4 * 46 * 34 * 8.0, rel=0.01)


def test_labels_follow_spider_with_and_without_the_sacrum():
    lumbar, sacral = AnalyticSpine(), AnalyticSpine(lowest=Vertebra.S1)
    assert [str(disc) for disc in lumbar.discs] == ["L5-S1", "L4-L5", "L3-L4"]
    assert [str(disc) for disc in sacral.discs] == ["L5-S1", "L4-L5", "L3-L4"]
    coarse = (4.0, 2.0, 2.0)
    drawn = lumbar.mask(grid_around(lumbar, coarse)).values
    assert set(np.unique(drawn)) == {0, 1, 2, 3, 100, 201, 202, 203}
    drawn = sacral.mask(grid_around(sacral, coarse)).values
    assert set(np.unique(drawn)) == {0, 1, 2, 3, 4, 100, 202, 203, 204}


@pytest.mark.parametrize("axes", ["LPS", "RAS", "PIR", "SLA"])
def test_the_same_spine_is_drawn_whichever_way_the_voxels_run(axes):
    anatomy = AnalyticSpine(tilt_deg=(10.0, 5.0, 0.0))
    expected = anatomy.mask(grid_around(anatomy, (2.0, 2.0, 2.0)))
    found = anatomy.mask(grid_around(anatomy, (2.0, 2.0, 2.0), axes=axes))
    for label in (1, 203):
        here = expected.to_patient(np.argwhere(expected.values == label).astype(float))
        there = found.to_patient(np.argwhere(found.values == label).astype(float))
        np.testing.assert_allclose(here.mean(axis=0), there.mean(axis=0), atol=0.3)


def test_the_same_seed_gives_the_same_noise():
    anatomy = AnalyticSpine(segments=(Segment(),))
    mask = anatomy.mask(grid_around(anatomy, (4.0, 2.0, 2.0)))
    first, again = anatomy.t2(mask, 0.1, 7), anatomy.t2(mask, 0.1, 7)
    np.testing.assert_array_equal(first.values, again.values)
    assert not np.array_equal(first.values, anatomy.t2(mask, 0.1, 8).values)
