"""A DICOM series becomes a volume in its right place, or a clear refusal."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import (
    ExplicitVRLittleEndian,
    JPEGLSLossless,
    MRImageStorage,
    generate_uid,
)

from lbp_outcome.errors import UnreadableFile
from lbp_outcome.io.dicom import read_series
from lbp_outcome.io.images import read_image

REAL = Path(__file__).parents[4] / "shared" / "data" / "mr_axial_dicom"

needs_data = pytest.mark.skipif(
    not REAL.is_dir(), reason="real data (../shared/data) is not on this machine"
)

SECRET = "DOE^JOHN"
ROW, DOWN = np.array([0.0, 0.8, 0.6]), np.array([1.0, 0.0, 0.0])


def slice_of(number, place):
    """One 3 x 4 slice at this distance along the normal [mm]."""
    data = pydicom.Dataset()
    data.SOPClassUID, data.SOPInstanceUID = MRImageStorage, generate_uid()
    data.PatientName, data.Modality, data.SeriesInstanceUID = SECRET, "MR", "1.2.3"
    data.InstanceNumber = number
    data.Rows, data.Columns = 3, 4
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
    data.PixelRepresentation = 0
    data.PixelSpacing, data.SliceThickness = [0.5, 0.25], 3.0
    data.ImageOrientationPatient = [*ROW, *DOWN]
    data.ImagePositionPatient = list(
        np.array([5.0, 6, 7]) + np.cross(ROW, DOWN) * place
    )
    pixels = 100 * number + np.arange(12, dtype="<u2").reshape(3, 4)
    data.add_new("PixelData", "OW", pixels.astype("<u2").tobytes())
    data.file_meta = pydicom.FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return data


def written(folder, slices):
    for name, data in enumerate(slices):
        data.save_as(folder / f"{name}.dcm", enforce_file_format=True)
    return folder


def stack(*places):
    return [slice_of(number, place) for number, place in enumerate(places, start=1)]


def test_a_voxel_lies_where_its_header_says(tmp_path):
    found = read_series(written(tmp_path, stack(0, 4, 8)))
    assert found.values.shape == (4, 3, 3)
    assert found.values[3, 2, 1] == 211
    lps = np.array([5.0, 6, 7]) + 3 * 0.25 * ROW + 2 * 0.5 * DOWN
    lps += 4 * np.cross(ROW, DOWN)
    place = found.to_patient(np.array([[3.0, 2.0, 1.0]]))[0]
    np.testing.assert_allclose(place, lps * [-1, -1, 1], atol=1e-9)


def test_slices_are_ordered_by_place_and_begin_with_the_lowest_number(tmp_path):
    shuffled = [stack(8, 4, 0)[place] for place in (1, 2, 0)]
    found = read_series(written(tmp_path, shuffled))
    assert found.values[0, 0].tolist() == [100, 200, 300]
    first, second = found.to_patient(np.array([[0.0, 0, 0], [0.0, 0, 1]]))
    assert np.linalg.norm(first - second) == pytest.approx(4)


def test_a_single_slice_takes_its_thickness_from_the_header(tmp_path):
    found = read_series(written(tmp_path, stack(0)))
    assert found.spacing_mm == pytest.approx([0.25, 0.5, 3.0])


def test_stored_values_are_rescaled_as_the_header_says(tmp_path):
    slices = stack(0, 4)
    for data in slices:
        data.RescaleSlope, data.RescaleIntercept = 2, -10
    assert read_series(written(tmp_path, slices)).values[0, 0, 0] == 190


def test_other_files_beside_the_series_are_passed_over(tmp_path):
    (tmp_path / "LICENSE").write_text("may be used")
    assert read_image(written(tmp_path, stack(0, 4))).values.shape == (4, 3, 2)


def _nothing(slices, folder):
    slices.clear()


def _two_series(slices, folder):
    slices[1].SeriesInstanceUID = "1.2.4"


def _not_mr(slices, folder):
    for data in slices:
        data.Modality = "CT"


def _missing(slices, folder):
    del slices[1]


def _no_place(slices, folder):
    del slices[2].ImagePositionPatient


def _turned(slices, folder):
    slices[2].ImageOrientationPatient = [0, 1, 0, 0, 0, 1]


def _doubled(slices, folder):
    slices[2].ImagePositionPatient = slices[1].ImagePositionPatient


def _packed(slices, folder):
    data = slices[0]
    data.PixelData = pydicom.encaps.encapsulate([b"\x01\x02\x03\x04"])
    data["PixelData"].VR, data["PixelData"].is_undefined_length = "OB", True
    data.file_meta.TransferSyntaxUID = JPEGLSLossless


def _short(slices, folder):
    slices[0].PixelData = slices[0].PixelData[:8]


def _many_frames(slices, folder):
    slices[0].NumberOfFrames = 2


def _damaged(slices, folder):
    (folder / "x.dcm").write_bytes(b"not a DICOM file")


def _askew(slices, folder):
    slices[1].ImagePositionPatient = list(
        np.array(slices[1].ImagePositionPatient, dtype=float) + 3 * ROW
    )


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_nothing, "no DICOM files"),
        (_two_series, "2 series are mixed"),
        (_not_mr, "MR series is needed"),
        (_missing, "4.0 to 8.0 mm apart; one is missing"),
        (_no_place, "does not say where it lies"),
        (_turned, "differ in direction or size"),
        (_doubled, "several slices lie at one place"),
        (_packed, "compressed in a way that cannot be read"),
        (_short, "truncated or damaged"),
        (_many_frames, "one file per slice"),
        (_damaged, "truncated or damaged"),
        (_askew, "do not lie in one even stack"),
    ],
)
def test_what_is_no_even_mr_series_is_refused_in_one_line(tmp_path, harm, words):
    slices = stack(0, 4, 8, 12)
    harm(slices, tmp_path)
    with pytest.raises(UnreadableFile, match=words) as refusal:
        read_series(written(tmp_path, slices))
    message = str(refusal.value)
    assert message.startswith(tmp_path.name)
    assert "\n" not in message
    assert SECRET not in message


@needs_data
def test_a_real_axial_series_is_read_with_its_geometry():
    found = read_series(REAL / "SCAN_001_t2")
    assert found.values.shape == (584, 512, 33)
    assert found.spacing_mm == pytest.approx([0.6836, 0.6836, 8.0], abs=1e-4)
    assert found.affine[:3, 3] == pytest.approx([209.985, 195.092, 87.986], abs=1e-3)
