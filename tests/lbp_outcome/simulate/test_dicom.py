"""Simulated examinations are valid DICOM objects that intake reads back."""

import shutil
import subprocess

import numpy as np
import pydicom
import pytest

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image
from lbp_outcome.io.radiographs import read_radiograph
from lbp_outcome.simulate.dicom.dx_image import write_dx
from lbp_outcome.simulate.dicom.mr_series import write_mr_series
from lbp_outcome.simulate.dicom.study import Study
from lbp_outcome.simulate.people.patients import draw_patients
from lbp_outcome.simulate.scan.radiograph import SITE_PIXEL_MM

STUDY = Study(seed=7, name="sub-0042", male=False, age=71.6, site="B")
ABOUT = {"RepetitionTime": 3.2, "EchoTime": 0.098, "MagneticFieldStrength": 3.0}

needs_validator = pytest.mark.skipif(
    shutil.which("dciodvfy") is None,
    reason="the DICOM validator dciodvfy (package dicom3tools) is not on this machine",
)


@pytest.fixture(scope="module")
def t2(scanned):
    """Return a simulated sagittal T2 image."""
    return scanned(draw_patients(1, np.random.default_rng(5)))[2]


@pytest.fixture(scope="module")
def series(t2, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mr") / "sag_t2"
    write_mr_series(folder, t2, ABOUT, STUDY, number=1, description="SAG T2 TSE")
    return folder


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(0).integers(0, 4096, (90, 60)).astype(np.uint16)


@pytest.fixture(params=["lateral", "frontal"])
def film(request, pixels, tmp_path):
    path = tmp_path / "xray" / "0001.dcm"
    write_dx(
        path,
        pixels,
        STUDY,
        view=request.param,
        pixel_mm=SITE_PIXEL_MM[1],
        magnification=1.18,
        number=5,
    )
    return path


def headers(series):
    return [pydicom.dcmread(path) for path in sorted(series.iterdir())]


def complaints(path):
    """Errors that a DICOM validator finds; warnings are left aside."""
    found = subprocess.run(
        ["dciodvfy", "-new", str(path)], capture_output=True, text=True, check=False
    )
    lines = (found.stdout + found.stderr).splitlines()
    return [line for line in lines if line.startswith("Error")]


def test_a_simulated_scan_is_read_back_from_dicom_as_it_was(t2, series):
    found = read_image(series)
    np.testing.assert_array_equal(found.values, t2.values)
    np.testing.assert_allclose(found.affine, t2.affine, atol=1e-4)


def test_a_simulated_x_ray_is_read_back_from_dicom_as_it_was(film, pixels):
    values, spacing = read_radiograph(film)
    np.testing.assert_array_equal(values, pixels)
    assert spacing == pytest.approx((SITE_PIXEL_MM[1],) * 2)


@needs_validator
def test_the_validator_finds_no_error_in_mr_slices(series):
    for path in sorted(series.iterdir())[::7]:
        assert complaints(path) == []


@needs_validator
def test_the_validator_finds_no_error_in_x_rays(film):
    assert complaints(film) == []


@needs_validator
def test_the_validator_would_find_an_error(series, tmp_path):
    data = headers(series)[0]
    del data.ImagePositionPatient
    data.save_as(tmp_path / "broken.dcm")
    assert complaints(tmp_path / "broken.dcm")


def test_identifiers_depend_on_seed_and_patient_alone(t2, series, tmp_path):
    again = tmp_path / "again"
    write_mr_series(again, t2, ABOUT, STUDY, number=1, description="SAG T2 TSE")
    for first, second in zip(series.iterdir(), sorted(again.iterdir()), strict=True):
        assert (series / second.name).read_bytes() == second.read_bytes()
        assert first.name in {path.name for path in again.iterdir()}
    assert Study(**(vars(STUDY) | {"seed": 8})).uid("study") != STUDY.uid("study")
    assert Study(**(vars(STUDY) | {"name": "sub-1"})).uid("study") != STUDY.uid("study")


def test_all_series_of_a_patient_share_study_and_place(t2, series, film, tmp_path):
    second = tmp_path / "t1"
    write_mr_series(second, t2, ABOUT, STUDY, number=2, description="SAG T1 TSE")
    first, other, x_ray = headers(series)[0], headers(second)[0], pydicom.dcmread(film)
    assert first.StudyInstanceUID == other.StudyInstanceUID == x_ray.StudyInstanceUID
    assert first.FrameOfReferenceUID == other.FrameOfReferenceUID
    assert first.SeriesInstanceUID != other.SeriesInstanceUID
    slices = headers(series) + headers(second)
    assert len({data.SOPInstanceUID for data in slices}) == len(slices)


def test_no_object_can_be_taken_for_a_real_patient(series, film):
    for data in (*headers(series), pydicom.dcmread(film)):
        assert data.PatientName == "SIMULATED^0042"
        assert data.PatientID == "sub-0042"
        assert data.Manufacturer == "Simulated B"
        assert "no real patient" in data.ImageComments
        assert data.StudyDate == data.ContentDate == "20000101"
        assert not data.PatientBirthDate


def test_the_sequence_is_told_in_dicom_units(series):
    data = headers(series)[0]
    assert data.RepetitionTime == pytest.approx(3200)
    assert data.EchoTime == pytest.approx(98)
    assert data.MagneticFieldStrength == pytest.approx(3.0)


def test_the_patients_back_and_left_are_said_on_the_films(film):
    data = pydicom.dcmread(film)
    columns = {"LL": "P", "AP": "L"}[data.ViewPosition]
    assert list(data.PatientOrientation) == [columns, "F"]
    imager, spine = float(data.ImagerPixelSpacing[0]), float(data.PixelSpacing[0])
    assert imager / spine == pytest.approx(1.18)


@pytest.mark.parametrize("values", [-np.ones((4, 4, 2)), np.full((4, 4, 2), 0.5)])
def test_values_that_dicom_cannot_hold_are_refused(values, tmp_path):
    image = Image(values, np.eye(4))
    with pytest.raises(InvalidChoice, match="whole numbers"):
        write_mr_series(tmp_path / "s", image, {}, STUDY, number=1, description="S")
    assert not (tmp_path / "s").exists()


def test_a_sheared_grid_is_refused(tmp_path):
    affine = np.eye(4)
    affine[0, 1] = 0.1
    image = Image(np.ones((4, 4, 2), np.int16), affine)
    with pytest.raises(InvalidChoice, match="sheared"):
        write_mr_series(tmp_path / "s", image, {}, STUDY, number=1, description="S")
