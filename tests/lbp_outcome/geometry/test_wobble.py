import numpy as np
import pytest

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.wobble import SHAKE_VOXELS, _Field, wobbled
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.phantoms import AnalyticSpine, grid_around

ANATOMY = AnalyticSpine()
FINE = (1.0, 1.0, 1.0)


@pytest.fixture(scope="module")
def examination():
    mask = ANATOMY.mask(grid_around(ANATOMY, FINE, turn_deg=(8.0, 3.0, -5.0)))
    return Examination(spine=LABEL_SCHEMES["spider"].read(mask))


def test_outlines_move_by_half_a_voxel():
    places = np.random.default_rng(3).uniform(-300, 300, (40_000, 3))
    moves = _Field.drawn(1).at(places)
    assert moves.std() == pytest.approx(SHAKE_VOXELS, rel=0.03)
    assert abs(moves.mean()) < 0.03


def test_neighbouring_outlines_move_together():
    places = np.random.default_rng(3).uniform(-300, 300, (2_000, 3))
    field = _Field.drawn(1)
    here, beside = field.at(places), field.at(places + np.array([0.0, 0.0, 0.8]))
    assert np.corrcoef(here.ravel(), beside.ravel())[0, 1] > 0.9
    far = field.at(places + np.array([0.0, 0.0, 40.0]))
    assert abs(np.corrcoef(here.ravel(), far.ravel())[0, 1]) < 0.1


def test_volumes_stay_the_same_on_average(examination):
    whole = examination.spine.vertebrae[Vertebra.L4].volume_mm3
    shaken = [
        wobbled(examination, seed).spine.vertebrae[Vertebra.L4].volume_mm3
        for seed in range(6)
    ]
    assert np.mean(shaken) == pytest.approx(whole, rel=0.01)
    assert len({*shaken}) > 1


def test_the_same_seed_moves_the_same_way(examination):
    first, second = (wobbled(examination, 4).spine.discs for _ in range(2))
    disc = Disc.parse("L4-L5")
    np.testing.assert_array_equal(first[disc].mask.values, second[disc].mask.values)


def test_a_part_at_the_end_of_the_scan_stays_there(examination):
    top = min(examination.spine.vertebrae, key=lambda name: name.order)
    cut = examination.spine.vertebrae[top].mask.values.shape[2] // 2
    grid = ANATOMY.mask(grid_around(ANATOMY, FINE))
    values = grid.values[:, :, : grid.values.shape[2] - cut]
    spine = LABEL_SCHEMES["spider"].read(type(grid)(values, grid.affine))
    before = spine.vertebrae[top]
    after = wobbled(Examination(spine=spine), 0).spine.vertebrae[top]
    assert before.at_edge.any()
    np.testing.assert_array_equal(after.at_edge, before.at_edge)
