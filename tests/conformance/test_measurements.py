"""Every measurement on the shelf keeps the same promises."""

import re
from functools import cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS, measure
from lbp_outcome.phantoms import grid_around
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

COARSER = {(0.8, 0.8, 0.8): 1.0, (1.3, 0.9, 1.1): 1.5, (4.0, 0.7, 0.7): 2.5}
"""Voxel sizes and how much more error each may bring than 0.8 mm voxels."""


@pytest.fixture(params=MEASUREMENTS.values(), ids=lambda item: item.name)
def measurement(request):
    return request.param


@cache
def drawn(anatomy, spacing=(1.3, 0.9, 1.1), turn=(0.0, 0.0, 0.0)):
    """Mask and T2 image of a phantom on one grid."""
    mask = anatomy.mask(grid_around(anatomy, spacing, turn_deg=turn))
    return mask, anatomy.t2(mask)


def found(measurement, mask, t2):
    spine = LABEL_SCHEMES["spider"].read(mask)
    return measurement.value(spine, measurement.phantom.disc, t2)


@pytest.mark.parametrize("spacing", COARSER)
def test_finds_the_known_value_of_its_phantom_whatever_the_voxel_size(
    measurement, spacing
):
    example = measurement.phantom
    value = found(measurement, *drawn(example.anatomy, spacing))
    margin = example.tolerance * COARSER[spacing]
    assert value == pytest.approx(example.value, abs=margin)


@pytest.mark.parametrize("order", [(2, 0, 1), (1, 2, 0)])
def test_does_not_depend_on_the_order_and_direction_of_array_axes(measurement, order):
    mask, t2 = drawn(measurement.phantom.anatomy)
    expected = found(measurement, mask, t2)
    value = found(measurement, reordered(mask, order), reordered(t2, order))
    assert value == pytest.approx(expected, rel=1e-3, abs=0.05)


@pytest.mark.parametrize("turn", [(14.0, -9.0, 11.0), (-8.0, 12.0, -17.0)])
def test_does_not_depend_on_how_the_scan_is_angled(measurement, turn):
    example = measurement.phantom
    value = found(measurement, *drawn(example.anatomy, turn=turn))
    assert value == pytest.approx(example.value, abs=1.5 * example.tolerance)


@pytest.mark.parametrize(
    "turn", [(20.0, 0.0, 0.0), (0.0, 12.0, 0.0), (-9.0, 7.0, 25.0)]
)
def test_does_not_depend_on_how_the_patient_lies(measurement, turn):
    example = measurement.phantom
    mask, t2 = drawn(example.anatomy)
    value = found(measurement, turned(mask, turn), turned(t2, turn))
    assert value == pytest.approx(example.value, abs=1.5 * example.tolerance)


def test_says_why_an_empty_scan_cannot_be_measured(measurement):
    empty = Spine(vertebrae={}, discs={})
    image = Image(np.ones((4, 4, 4)), np.eye(4))
    with pytest.raises(NotMeasurable, match=r"segmented|show"):
        measurement.value(empty, Disc.parse("L4-L5"), image)
    record = measurement(empty, Disc.parse("L4-L5"), image)
    assert record.value is None
    assert record.reason


def test_gives_a_reason_and_no_error_when_any_one_structure_is_missing(measurement):
    mask, t2 = drawn(measurement.phantom.anatomy)
    for label in (1, 2, 100, 201, 202):
        poorer = Image(np.where(mask.values == label, 0, mask.values), mask.affine)
        spine = LABEL_SCHEMES["spider"].read(poorer)
        record = measurement(spine, measurement.phantom.disc, t2)
        assert (record.value is None) == bool(record.reason)


def test_needs_a_t2_image_only_if_it_says_so(measurement):
    spine = LABEL_SCHEMES["spider"].read(drawn(measurement.phantom.anatomy)[0])
    record = measurement(spine, measurement.phantom.disc)
    assert measurement.needs_t2 == (record.reason == "no T2 image was given")


def test_is_documented_with_unit_and_reference(measurement):
    assert isinstance(measurement.unit, Unit)
    assert measurement.summary.endswith(".")
    if measurement.unit.symbol:
        assert f"[{measurement.unit}]" in measurement.summary
    assert re.match(r"(doi:10\.|pmid:\d|lbp-outcome)", measurement.reference)
    assert "Raises:" in measurement.function.__doc__


def test_is_taken_at_every_level_the_numbering_has(measurement):
    mask, t2 = drawn(measurement.phantom.anatomy)
    spine = LABEL_SCHEMES["spider"].read(mask)
    taken = [item for item in measure(spine, t2) if item.name == measurement.name]
    levels = list(spine.levels) if measurement.per == "disc" else [None]
    assert [item.level for item in taken] == levels


def reordered(image, order):
    """The same scan with its array axes in another order, two of them backwards."""
    values = image.values.transpose(order)[::-1, :, ::-1]
    affine = np.eye(4)
    affine[:, :3] = image.affine[:, list(order)]
    affine[:, 3] = image.affine[:, 3]
    last = np.array([values.shape[0] - 1, 0, values.shape[2] - 1])
    affine[:3, 3] += affine[:3, :3] @ last
    affine[:3, [0, 2]] *= -1
    return Image(values, affine)


def turned(image, degrees):
    """The same voxels in a patient who lies turned in the scanner."""
    rotation = np.eye(4)
    rotation[:3, :3] = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()
    return Image(image.values, rotation @ image.affine)
