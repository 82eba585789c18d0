"""Whatever a mask holds, measuring it gives numbers, reasons or one clear error."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from lbp_outcome.errors import LbpError
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.level_crop import level_crops
from lbp_outcome.geometry.sacrum import numbering_doubt
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import measure

LABELS = (1, 2, 3, 100, 102, 201, 202, 203)


@st.composite
def masks(draw):
    """Boxes and crumbs of labels, thrown anywhere into a small scan."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    shape = tuple(rng.integers(3, 40, 3))
    values = np.zeros(shape, np.int16)
    for label in rng.permutation(LABELS)[: draw(st.integers(1, 8))]:
        first = [rng.integers(0, size) for size in shape]
        size = rng.integers(1, draw(st.sampled_from([3, 12, 40])), 3)
        values[tuple(slice(a, a + n) for a, n in zip(first, size, strict=True))] = label
    crumbs = rng.random(shape) < draw(st.sampled_from([0.0, 0.02]))
    values[crumbs] = rng.choice(LABELS)
    affine = np.eye(4)
    turn = Rotation.from_euler("xyz", rng.uniform(-30, 30, 3), degrees=True)
    affine[:3, :3] = turn.as_matrix() * rng.uniform(0.3, 5, 3)
    return Image(values, affine)


@given(masks())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_random_mask_never_crashes_the_measurements(mask):
    t2 = Image(
        np.abs(np.sin(np.arange(mask.values.size))).reshape(mask.values.shape),
        mask.affine,
    )
    try:
        spine = LABEL_SCHEMES["spider"].read(mask)
    except LbpError:
        return  # refused in one sentence; what it says is tested elsewhere
    for found in measure(Examination(spine=spine, t2=t2)):
        assert found.reason or math.isfinite(found.value)
    for crop in level_crops(t2, spine, spine.levels).values():
        assert np.isfinite(crop.values).all()
    numbering_doubt(spine)
