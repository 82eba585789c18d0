"""Every measurement on the shelf keeps the same promises."""

import re
from dataclasses import replace
from functools import lru_cache

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


BY_PHANTOM = sorted(MEASUREMENTS.values(), key=lambda item: repr(item.phantom))
"""Measurements of one phantom follow each other, so that it is drawn once for all."""


@pytest.fixture(params=BY_PHANTOM, ids=lambda item: item.name)
def measurement(request):
    return request.param


@lru_cache(maxsize=24)
def drawn(anatomy, spacing=(1.3, 0.9, 1.1), turn=(0.0, 0.0, 0.0)):
    """Masks and images of a phantom on one grid."""
    return anatomy.draw(grid_around(anatomy, spacing, turn_deg=turn))


@lru_cache(maxsize=24)
def seen(anatomy, change=None, *settings, **grid):
    """The examination of a phantom, after the same change of every image and mask."""
    drawing = drawn(anatomy, **grid)
    if change is not None:
        drawing = {k: change(image, *settings) for k, image in drawing.items()}
    return replace(examined(drawing, anatomy.scheme), person=PERSON)


def found(measurement, change=None, *settings, **grid):
    example = measurement.phantom
    scan = seen(example.anatomy, change, *settings, **grid)
    return measurement.value(scan, example.at)


@pytest.mark.parametrize("spacing", COARSER)
def test_finds_the_known_value_of_its_phantom_whatever_the_voxel_size(
    measurement, spacing
):
    example = measurement.phantom
    value = found(measurement, spacing=spacing)
    margin = example.tolerance * COARSER[spacing]
    assert value == pytest.approx(example.value, abs=margin)


def test_does_not_depend_on_the_order_and_direction_of_array_axes(measurement):
    expected = found(measurement)
    for order in [(2, 0, 1), (1, 2, 0)]:
        value = found(measurement, reordered, order)
        assert value == pytest.approx(expected, rel=1e-3, abs=0.05)


@pytest.mark.parametrize("turn", [(14.0, -9.0, 11.0), (-8.0, 12.0, -17.0)])
def test_does_not_depend_on_how_the_scan_is_angled(measurement, turn):
    example = measurement.phantom
    value = found(measurement, turn=turn)
    assert value == pytest.approx(example.value, abs=1.5 * example.tolerance)


@pytest.mark.parametrize(
    "turn", [(20.0, 0.0, 0.0), (0.0, 12.0, 0.0), (-9.0, 7.0, 25.0)]
)
def test_does_not_depend_on_how_the_patient_lies(measurement, turn):
    example = measurement.phantom
    value = found(measurement, turned, turn)
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
    for name, label in labels_of(example.anatomy):
        record = measurement(poorer(example.anatomy, name, label), example.at)
        assert (record.value is None) == bool(record.reason)


def test_names_what_was_not_given(measurement):
    example = measurement.phantom
    spine = seen(example.anatomy).spine
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
    places = list(measurement.places(seen(example.anatomy).spine))
    assert len({*places}) == len(places)
    assert example.at in places


def test_a_usual_range_says_who_was_measured(measurement):
    if measurement.normal is None:
        pytest.skip("no usual range is known")
    assert re.search(r"doi:|pmid:|uncertain|lbp-outcome", measurement.normal.source)


MASKS = ("mask", "semantic", "muscles")


def labels_of(anatomy):
    """Every label of every mask of a phantom, unless it is the only one."""
    for name in {*MASKS} & {*drawn(anatomy)}:
        labels = np.unique(drawn(anatomy)[name].values)[1:].tolist()
        yield from ((name, label) for label in labels if len(labels) > 1)


@lru_cache(maxsize=48)
def poorer(anatomy, name, label):
    """The examination of a phantom of which one label was lost."""
    drawing = drawn(anatomy)
    values = drawing[name].values
    mask = Image(np.where(values == label, 0, values), drawing[name].affine)
    scan = examined({**drawing, name: mask}, anatomy.scheme)
    return replace(scan, person=PERSON)


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
