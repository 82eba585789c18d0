"""What is measured depends on the patient, not on how the scan was stored or angled."""

from itertools import permutations, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from lbp_outcome.examination import Examination
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import measure
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around

ANATOMY = AnalyticSpine(
    segments=(
        Segment(height_mm=10, wedge_deg=12),
        Segment(height_mm=7.5, wedge_deg=8, slip_mm=5, canal_mm=(6.5, 3.5)),
        Segment(height_mm=9, wedge_deg=4, coronal_deg=6),
    ),
    tilt_deg=(14.0, 2.0, 3.0),
)
NAMES = (
    "disc_height_mm",
    "disc_wedge_deg",
    "disc_volume_mm3",
    "canal_area_mm2",
    "canal_ap_mm",
    "listhesis_mm",
    "cobb_deg",
)
EXACT = 1e-6
STORED = [
    "".join(letters)
    for order in permutations(("LR", "PA", "SI"))
    for letters in product(*order)
]
"""All 48 ways to order and direct the array axes of one scan."""

ANGLE = st.floats(-18, 18)
ANGLES = st.tuples(ANGLE, ANGLE, ANGLE)
SPACINGS = st.sampled_from([(0.9, 0.9, 0.9), (1.2, 0.8, 1.0), (4.0, 0.7, 0.7)])
TOLERANCE = {
    "disc_height_mm": 0.5,
    "disc_wedge_deg": 1.5,
    "disc_volume_mm3": 800.0,
    "canal_area_mm2": 14.0,
    "canal_ap_mm": 0.8,
    "listhesis_mm": 1.0,
    "cobb_deg": 2.5,
}


def values(mask):
    spine = LABEL_SCHEMES["spider"].read(mask)
    found = measure(Examination(spine=spine), NAMES)
    return {(m.name, str(m.level)): m.value for m in found if m.value is not None}


MASK = ANATOMY.mask(grid_around(ANATOMY, (1.0, 1.0, 1.0), axes="LPS"))
EXPECTED = values(MASK)
TRUTH = values(ANATOMY.mask(grid_around(ANATOMY, (0.7, 0.7, 0.7), axes="LPS")))


def stored(image, axes):
    """The same voxels with their array axes in another order and direction."""
    pairs = ("LR", "PA", "SI")
    order = [next(i for i, p in enumerate(pairs) if letter in p) for letter in axes]
    values, affine = image.values.transpose(order), image.affine.copy()
    affine[:, :3] = image.affine[:, order]
    for axis, letter in enumerate(axes):
        if letter != "LPS"[order[axis]]:
            values = np.flip(values, axis)
            affine[:3, 3] += affine[:3, axis] * (values.shape[axis] - 1)
            affine[:3, axis] *= -1
    return Image(np.ascontiguousarray(values), affine)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.sampled_from(STORED))
def test_the_order_and_direction_of_array_axes_change_nothing(axes):
    found = values(stored(MASK, axes))
    assert found.keys() == EXPECTED.keys()
    for key, value in found.items():
        assert abs(value - EXPECTED[key]) <= EXACT * max(1, abs(value)), key


@settings(max_examples=8, deadline=None, derandomize=True)
@given(ANGLES, st.floats(-40, 40))
def test_moving_and_turning_patient_and_scan_together_changes_little(angles, shift):
    move = np.eye(4)
    move[:3, :3] = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    move[:3, 3] = shift
    found = values(Image(MASK.values, move @ MASK.affine))
    for key, value in found.items():
        if key[0] != "cobb_deg":  # a patient who lies askew: see its own tests
            assert abs(value - EXPECTED[key]) <= 0.3 * TOLERANCE[key[0]], key


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SPACINGS, ANGLES)
def test_oblique_scans_of_any_voxel_size_agree_with_a_fine_one(spacing, angles):
    grid = grid_around(ANATOMY, spacing, axes="PIR", turn_deg=angles)
    found = values(ANATOMY.mask(grid))
    for key, value in found.items():
        assert abs(value - TRUTH[key]) <= TOLERANCE[key[0]], (key, spacing, angles)
