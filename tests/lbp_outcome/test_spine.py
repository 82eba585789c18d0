import numpy as np
import pytest

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.image import Image
from lbp_outcome.spine import Spine, Structure

AFFINE = np.array([[0.0, 0, -4, 30], [-0.7, 0, 0, 12], [0, 0.7, 0, -50], [0, 0, 0, 1]])


def block(first, stop, shape=(12, 10, 8)):
    values = np.zeros(shape, bool)
    values[tuple(slice(a, b) for a, b in zip(first, stop, strict=True))] = True
    return Structure.cut_out(values, Image(values, AFFINE))


def test_cropping_moves_nothing_in_the_patient():
    values = np.zeros((12, 10, 8), bool)
    values[3:6, 2:9, 4:6] = True
    scan = Image(values, AFFINE)
    part = Structure.cut_out(values, scan)
    assert part.mask.values.shape == (3, 7, 2)
    expected = scan.to_patient(np.argwhere(values).astype(float))
    np.testing.assert_allclose(np.sort(part.points, 0), np.sort(expected, 0))
    assert part.volume_mm3 == pytest.approx(3 * 7 * 2 * 0.7 * 0.7 * 4)
    np.testing.assert_allclose(
        part.continued().affine @ [2, 2, 2, 1], part.mask.affine @ [0, 0, 0, 1]
    )


def test_an_empty_mask_is_no_structure():
    assert block((2, 2, 2), (2, 2, 2)) is None


def test_where_the_scan_ends_a_structure_goes_on():
    inner, outer = block((2, 2, 2), (5, 5, 5)), block((0, 2, 2), (5, 5, 8))
    assert not inner.at_edge.any()
    assert outer.at_edge.tolist() == [[True, False], [False, False], [False, True]]
    wide = outer.continued(2).values
    assert wide[0, 3, 3]
    assert wide[3, 3, -1]
    assert not wide[-1].any()


def test_a_part_knows_in_which_patient_direction_the_scan_ends():
    part = block((0, 2, 2), (5, 5, 5))  # the first array axis runs to the back
    assert part.meets_edge(np.array([0.1, 0.9, 0.2]))
    assert not part.meets_edge(np.array([0.0, -1.0, 0.0]))
    assert not part.meets_edge(np.array([0.0, 0.0, 1.0]))


def test_a_part_is_cut_off_only_where_much_of_it_meets_the_edge():
    assert block((0, 2, 2), (5, 5, 5)).is_cut_off
    assert not block((1, 2, 2), (5, 5, 5)).is_cut_off
    values = np.zeros((12, 10, 8), bool)
    values[1:6, 2:8, 2:6] = True
    values[0, 4, 4] = True  # one voxel on the last slice is harmless
    assert not Structure.cut_out(values, Image(values, AFFINE)).is_cut_off


def test_a_part_of_a_part_keeps_its_place_and_its_edges():
    whole = block((0, 2, 2), (5, 6, 5))
    lower = np.zeros(whole.mask.values.shape, bool)
    lower[2:, 1:] = True
    part = whole.with_voxels(lower)
    assert {tuple(p) for p in part.points.round(6)} <= {
        tuple(p) for p in whole.points.round(6)
    }
    assert not part.at_edge.any()
    assert whole.with_voxels(np.zeros_like(lower)) is None


def test_lumbar_levels_follow_the_numbering():
    part = block((2, 2, 2), (5, 5, 5))
    plain = Spine(vertebrae={Vertebra.L5: part}, discs={})
    assert [str(disc) for disc in plain.levels] == [
        "T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"
    ]  # fmt: skip
    extra = Spine(
        vertebrae={Vertebra.L6: part, Vertebra.T13: part},
        discs={Disc.parse("L5-L6"): part},
    )
    assert str(extra.levels[0]) == "T13-L1"
    assert [str(disc) for disc in extra.levels[-2:]] == ["L5-L6", "L6-S1"]


def test_parts_are_listed_from_the_head_down():
    part = block((2, 2, 2), (5, 5, 5))
    spine = Spine(
        vertebrae={Vertebra.L5: part, Vertebra.T12: part, Vertebra.L4: part},
        discs={Disc.parse("L4-L5"): part},
    )
    assert [str(name) for name, _ in spine.head_first] == ["T12", "L4", "L4-L5", "L5"]
