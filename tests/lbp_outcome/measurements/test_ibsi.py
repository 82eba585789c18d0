"""First-order statistics agree with the reference values of the IBSI."""

import csv
from pathlib import Path

import numpy as np
import pytest

from lbp_outcome.io.images import read_image
from lbp_outcome.measurements._first_order import interquartile_range, median
from lbp_outcome.spine import Structure

IBSI = Path(__file__).parents[4] / "shared" / "data" / "ibsi_digital"
VALUES = IBSI / "reference_values" / "ibsi_1_reference_values_digital_phantom.csv"

pytestmark = pytest.mark.skipif(
    not VALUES.is_file(), reason="the IBSI phantom (../shared/data) is not here"
)


@pytest.fixture(scope="module")
def reference():
    """Reference value and tolerance of each feature, by its tag."""
    with VALUES.open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["tolerance"]]
    return {
        r["tag"]: (float(r["reference value"]), float(r["tolerance"])) for r in rows
    }


@pytest.fixture(scope="module")
def phantom():
    """The 74 voxels of the digital phantom, as a structure and as its signal."""
    image = read_image(IBSI / "nifti" / "image" / "phantom.nii.gz")
    mask = read_image(IBSI / "nifti" / "mask" / "mask.nii.gz").values > 0
    return Structure.cut_out(mask, image), image.values[mask].astype(float)


@pytest.mark.parametrize(
    ("tag", "feature"),
    [
        ("stat_mean", np.mean),
        ("stat_median", median),
        ("stat_iqr", interquartile_range),
    ],
)
def test_statistics_of_the_signal_are_those_of_the_ibsi(
    tag, feature, reference, phantom
):
    value, tolerance = reference[tag]
    assert feature(phantom[1]) == pytest.approx(value, abs=max(tolerance, 5e-3))


def test_the_volume_by_counting_voxels_is_that_of_the_ibsi(reference, phantom):
    assert phantom[0].volume_mm3 == pytest.approx(reference["morph_vol_approx"][0])
