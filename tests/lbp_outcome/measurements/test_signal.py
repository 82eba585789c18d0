import numpy as np
import pytest

from lbp_outcome.anatomy import Disc
from lbp_outcome.examination import Examination
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.measurements._signal import peak_mean
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around
from lbp_outcome.place import Place

RATIO = MEASUREMENTS["disc_csf_signal_ratio"]
ANATOMY = AnalyticSpine(segments=(Segment(), Segment(height_mm=10), Segment()))
L4_L5 = Disc.parse("L4-L5")
GRID = grid_around(ANATOMY, (4.0, 0.9, 0.9))
MASK = ANATOMY.mask(GRID)


def ratio(t2):
    return RATIO(
        Examination(spine=LABEL_SCHEMES["spider"].read(MASK), t2=t2),
        Place(disc=L4_L5),
    )


def test_nerve_roots_in_the_canal_do_not_darken_the_fluid():
    rng = np.random.default_rng(5)
    fluid = rng.normal(1000, 30, 4000)
    roots = rng.normal(350, 60, 1500)
    mixed = np.concatenate([fluid, roots])
    assert peak_mean(mixed) == pytest.approx(1000, rel=0.02)
    assert mixed.mean() < 850


def test_noise_does_not_bias_the_ratio():
    assert ratio(ANATOMY.t2(MASK, noise=0.04)).value == pytest.approx(0.4, abs=0.02)


def test_a_scan_that_was_shifted_below_zero_is_shifted_back():
    # The public SPIDER files: darkest 5 % cut to -1000, the rest stretched above it.
    t2 = ANATOMY.t2(MASK, noise=0.01)
    least = float(np.quantile(t2.values, 0.05))
    stretched = np.maximum(t2.values - least, 0) * 3.0 - 1000.0
    expected = (400 - least) / (1000 - least)
    found = ratio(Image(stretched, t2.affine))
    assert found.value == pytest.approx(expected, abs=0.02)


def test_a_standardised_scan_has_no_ratio():
    t2 = ANATOMY.t2(MASK, noise=0.01)
    scores = (t2.values - t2.values.mean()) / t2.values.std()
    assert "standardised" in ratio(Image(scores, t2.affine)).reason


def test_a_clipped_fluid_gives_an_upper_bound_in_words():
    t2 = ANATOMY.t2(MASK, noise=0.05)
    clipped = Image(np.minimum(t2.values, 900.0), t2.affine)
    found = ratio(clipped)
    assert found.value is None
    assert "clipped" in found.reason
    assert found.reason.endswith("at most 0.44")


def test_a_disc_outside_the_image_has_no_ratio():
    t2 = ANATOMY.t2(MASK)
    level = int(t2.to_index(ANATOMY.frames[1].centre[None])[0, 2])
    affine = t2.affine.copy()
    affine[2, 3] += t2.affine[2, 2] * level
    upper_half = Image(t2.values[:, :, level:], affine)
    assert "lies outside the T2 image" in ratio(upper_half).reason


def test_the_cord_is_no_fluid():
    spine = LABEL_SCHEMES["spineps"]
    instances = np.zeros_like(MASK.values)
    tissues = np.zeros_like(MASK.values)
    for number in (1, 2, 3):
        instances[MASK.values == number] = 25 - number
        instances[MASK.values == 200 + number] = 125 - number
        tissues[MASK.values == number] = 49
    canal = MASK.values == 100
    tissues[canal] = 61
    rows = np.arange(MASK.values.shape[1])[None, :, None]
    middle = np.abs(rows - np.argwhere(canal)[:, 1].mean()) < 4
    tissues[canal & middle] = 60
    t2 = ANATOMY.t2(MASK)
    t2.values[canal & middle] = 500
    read = spine.read(
        Image(instances, MASK.affine), semantic=Image(tissues, MASK.affine)
    )
    found = RATIO(Examination(spine=read, t2=t2), Place(disc=L4_L5))
    assert found.value == pytest.approx(0.4, abs=0.02)
