"""Every measurement on the shelf keeps the same promises."""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination, MuscleScan, Person
from lbp_outcome.image import Image
from lbp_outcome.measurements import ABSENT, MEASUREMENTS
from lbp_outcome.phantoms import examined, grid_around
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

PERSON = Person(age=60.0, male=True, bmi=27.0)

COARSER = {(0.8, 0.8, 0.8): 1.0, (1.3, 0.9, 1.1): 1.5, (4.0, 0.7, 0.7): 2.5}
"""Voxel sizes and how much more error each may bring than 0.8 mm voxels."""


@pytest.fixture(params=MEASUREMENTS.values(), ids=lambda item: item.name)
def measurement(request):
    return request.param


@cache
def drawn(anatomy, spacing=(1.3, 0.9, 1.1), turn=(0.0, 0.0, 0.0)):
    """Masks and images of a phantom on one grid."""
    return anatomy.draw(grid_around(anatomy, spacing, turn_deg=turn))


def found(measurement, drawing):
    example = measurement.phantom
    examination = examined(drawing, example.anatomy.scheme)
    return measurement.value(
        replace(examination, person=PERSON), measurement.phantom.at
    )


def each(change, drawing, *settings):
    """The same change of every mask and image."""
    return {name: change(image, *settings) for name, image in drawing.items()}


@pytest.mark.parametrize("spacing", COARSER)
def test_finds_the_known_value_of_its_phantom_whatever_the_voxel_size(
    measurement, spacing
):
    example = measurement.phantom
    value = found(measurement, drawn(example.anatomy, spacing))
    margin = example.tolerance * COARSER[spacing]
    assert value == pytest.approx(example.value, abs=margin)


@pytest.mark.parametrize("order", [(2, 0, 1), (1, 2, 0)])
def test_does_not_depend_on_the_order_and_direction_of_array_axes(measurement, order):
    drawing = drawn(measurement.phantom.anatomy)
    expected = found(measurement, drawing)
    value = found(measurement, each(reordered, drawing, order))
    assert value == pytest.approx(expected, rel=1e-3, abs=0.05)


@pytest.mark.parametrize("turn", [(14.0, -9.0, 11.0), (-8.0, 12.0, -17.0)])
def test_does_not_depend_on_how_the_scan_is_angled(measurement, turn):
    example = measurement.phantom
    value = found(measurement, drawn(example.anatomy, turn=turn))
    assert value == pytest.approx(example.value, abs=1.5 * example.tolerance)


@pytest.mark.parametrize(
    "turn", [(20.0, 0.0, 0.0), (0.0, 12.0, 0.0), (-9.0, 7.0, 25.0)]
)
def test_does_not_depend_on_how_the_patient_lies(measurement, turn):
    example = measurement.phantom
    value = found(measurement, each(turned, drawn(example.anatomy), turn))
    assert value == pytest.approx(example.value, abs=1.5 * example.tolerance)


def test_says_why_an_empty_scan_cannot_be_measured(measurement):
    image = Image(np.ones((4, 4, 4)), np.eye(4))
    empty = Examination(
        spine=Spine(vertebrae={}, discs={}),
        t2=image,
        t1=image,
        axial=(image,),
        muscles=(MuscleScan(muscles={}, image=image, water=image, fat=image),),
        person=PERSON,
    )
    with pytest.raises(NotMeasurable, match=r"segmented|show"):
        measurement.value(empty, measurement.phantom.at)
    record = measurement(empty, measurement.phantom.at)
    assert record.value is None
    assert record.reason


def test_gives_a_reason_and_no_error_when_any_one_structure_is_missing(measurement):
    example = measurement.phantom
    drawing = drawn(example.anatomy)
    for name in {"mask", "semantic", "muscles"} & {*drawing}:
        for label in np.unique(drawing[name].values)[1:]:
            mask = drawing[name]
            poorer = Image(np.where(mask.values == label, 0, mask.values), mask.affine)
            if not poorer.values.any():
                continue
            examination = examined({**drawing, name: poorer}, example.anatomy.scheme)
            record = measurement(replace(examination, person=PERSON), example.at)
            assert (record.value is None) == bool(record.reason)


def test_names_what_was_not_given(measurement):
    example = measurement.phantom
    spine = examined(drawn(example.anatomy), example.anatomy.scheme).spine
    record = measurement(Examination(spine=spine), example.at)
    first = measurement.sources[:1]
    assert [reason for reason in ABSENT.values() if reason == record.reason] == [
        ABSENT[name] for name in first
    ]


def test_is_documented_with_unit_and_reference(measurement):
    assert isinstance(measurement.unit, Unit)
    assert measurement.summary.endswith(".")
    if measurement.unit.symbol:
        assert f"[{measurement.unit}]" in measurement.summary
    assert re.match(r"(doi:10\.|pmid:\d|lbp-outcome)", measurement.reference)
    assert "Raises:" in measurement.function.__doc__


def test_is_taken_at_every_place_once(measurement):
    example = measurement.phantom
    examination = examined(drawn(example.anatomy), example.anatomy.scheme)
    places = list(measurement.places(examination.spine))
    assert len({*places}) == len(places)
    assert example.at in places


def test_a_usual_range_says_who_was_measured(measurement):
    if measurement.normal is None:
        pytest.skip("no usual range is known")
    assert re.search(r"doi:|pmid:|uncertain|lbp-outcome", measurement.normal.source)


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
