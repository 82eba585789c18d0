"""Ratios of tissues at different depths do not depend on the coil."""

import numpy as np
import pytest

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.measurements._evenness import UNKNOWN, even_signal, evened, shading
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around
from lbp_outcome.place import Place

ANATOMY = AnalyticSpine(
    segments=(Segment(), Segment(height_mm=10), Segment()), tilt_deg=(9, 0, 3)
)
MASK = ANATOMY.mask(grid_around(ANATOMY, (4.0, 0.9, 0.9), turn_deg=(4.0, -6.0, 8.0)))
SPINE = LABEL_SCHEMES["spider"].read(MASK)
RATIO = MEASUREMENTS["disc_csf_signal_ratio"]
L4_L5 = Place(disc=Disc.parse("L4-L5"))
FALL_PER_MM = 1 / 250
DISC, CANAL = 202, 100


def behind(image):
    """How far to the back of the patient each voxel lies [mm]."""
    index = np.indices(image.values.shape).reshape(3, -1).T
    return -image.to_patient(index.astype(float))[:, 1].reshape(image.values.shape)


def shaded(image, per_mm=FALL_PER_MM):
    """The image as a coil behind the back sees it."""
    field = np.exp(per_mm * behind(image))
    return Image((image.values * field / field.mean()).astype(np.float32), image.affine)


def with_t2(t2, mask=None):
    spine = SPINE if mask is None else LABEL_SCHEMES["spider"].read(mask)
    return Examination(spine=spine, t2=t2)


def test_a_coil_behind_the_back_does_not_darken_the_discs():
    t2 = shaded(ANATOMY.t2(MASK, noise=0.02))
    assert RATIO.value(with_t2(t2), L4_L5) == pytest.approx(0.4, abs=0.012)
    raw = t2.values[MASK.values == DISC].mean() / t2.values[MASK.values == CANAL].mean()
    assert raw < 0.37  # what is found without evening out


def test_an_even_image_is_left_as_it_is():
    t2 = ANATOMY.t2(MASK, noise=0.03)
    found = shading(with_t2(t2), "t2")
    assert found.is_known
    assert found.per_mm == pytest.approx(0, abs=2e-4)


def test_bright_marrow_beside_one_endplate_is_not_taken_for_the_coil():
    t2 = ANATOMY.t2(MASK, noise=0.02)
    body = MASK.values == 1
    front = behind(MASK) < np.quantile(behind(MASK)[body], 0.35)
    t2.values[body & front] *= 1.8
    assert shading(with_t2(t2), "t2").per_mm == pytest.approx(0, abs=4e-4)


def test_the_evened_image_and_the_evened_signal_are_the_same():
    examination = with_t2(shaded(ANATOMY.t2(MASK)))
    centre = SPINE.discs[L4_L5.disc].points
    from_image = evened(examination, "t2")
    index = np.rint(from_image.to_index(centre)).astype(int)
    looked_up = from_image.values[tuple(index.T)]
    direct = even_signal(examination, "t2", centre, "the disc")
    assert looked_up == pytest.approx(direct, rel=1e-4)
    assert np.ptp(direct) < 0.02 * direct.mean()


def test_without_bodies_nothing_is_evened_out_and_the_reader_is_told():
    discs = Image(np.where(MASK.values >= 100, MASK.values, 0), MASK.affine)
    examination = with_t2(shaded(ANATOMY.t2(MASK)), discs)
    assert not shading(examination, "t2").is_known
    assert evened(examination, "t2") is examination.t2
    assert UNKNOWN in RATIO(examination, L4_L5).remark


def test_an_image_that_was_not_given_is_named():
    with pytest.raises(NotMeasurable, match="no T1 image was given"):
        evened(with_t2(ANATOMY.t2(MASK)), "t1")
