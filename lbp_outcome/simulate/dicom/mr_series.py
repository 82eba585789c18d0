"""Writing an MR image as a DICOM series, one file per slice."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.image import Image
from lbp_outcome.io.atomic import atomic_folder
from lbp_outcome.simulate.dicom.study import (
    Study,
    decimal,
    grey_window,
    new_object,
    put_pixels,
)

if TYPE_CHECKING:
    from pydicom import Dataset

TO_LPS = np.diag([-1.0, -1.0, 1.0])
"""DICOM counts towards the patient's left and back."""

FIRST = "0001.dcm"
SHORT, FULL = 12, 16
"""Bits per pixel that most scanners use, and the most there can be."""

LARGEST_SHEAR = 1e-4


def write_mr_series(
    folder: Path,
    image: Image,
    about: Mapping[str, object],
    study: Study,
    *,
    number: int,
    description: str,
) -> None:
    """Write one file per slice, `0001.dcm` onwards; the folder appears whole.

    Args:
        folder: The folder to make.
        image: Whole numbers from 0 to 65,535; slices along the third axis.
        about: The sequence as in the image's `.json` file: times in seconds, field in
            tesla. Missing ones are those of a sagittal turbo spin echo.
        study: The patient.
        number: Number of the series in the study; one of its own for each.
        description: Name of the series, as `SAG T2 TSE`.

    Raises:
        InvalidChoice: The voxels cannot be stored so, or the grid is sheared.
    """
    pixels = _storable(image)
    bits, window = _bits(pixels), grey_window(pixels)
    with atomic_folder(folder, holds=FIRST) as temporary:
        for slice_ in range(pixels.shape[2]):
            data = _header(study, about, number, description, slice_)
            _place(data, image, slice_)
            put_pixels(data, pixels[:, :, slice_].T, bits)
            data.update(window)
            save(data, temporary / f"{slice_ + 1:04d}.dcm")


def save(data: "Dataset", path: Path) -> None:
    """Write one object, explicit little endian, with its file header."""
    from pydicom import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = data.SOPClassUID
    meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta = meta
    data.save_as(path, enforce_file_format=True)


def _storable(image: Image) -> np.ndarray:
    values = image.values
    low, high = float(values.min()), float(values.max())
    if values.dtype.kind not in "iub" or low < 0 or high > 2**FULL - 1:
        raise InvalidChoice(
            f"a DICOM series needs whole numbers from 0 to {2**FULL - 1}, "
            f"not {values.dtype} from {low:g} to {high:g}"
        )
    sides = image.affine[:3, :3] / image.spacing_mm
    if np.abs(sides.T @ sides - np.eye(3)).max() > LARGEST_SHEAR:
        raise InvalidChoice("a DICOM series cannot hold a sheared grid")
    return values.astype(np.uint16)


def _bits(pixels: np.ndarray) -> int:
    return SHORT if int(pixels.max()) < 2**SHORT else FULL


def _header(
    study: Study,
    about: Mapping[str, object],
    number: int,
    description: str,
    slice_: int,
) -> "Dataset":
    from pydicom.uid import MRImageStorage

    def told(name: str, usual: float) -> float:
        return float(str(about.get(name, usual)))

    data = new_object(study, MRImageStorage, number, slice_ + 1)
    data.Modality, data.PatientPosition = "MR", "HFS"
    data.SeriesDescription = data.ProtocolName = description
    data.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    data.ScanningSequence, data.SequenceVariant, data.ScanOptions = "SE", "SK", ""
    data.MRAcquisitionType = "2D"
    data.RepetitionTime = decimal(1000 * told("RepetitionTime", 3.5))
    data.EchoTime = decimal(1000 * told("EchoTime", 0.1))
    data.EchoTrainLength = int(told("EchoTrainLength", 17))
    data.FlipAngle = decimal(told("FlipAngle", 90))
    data.MagneticFieldStrength = decimal(told("MagneticFieldStrength", 1.5))
    data.NumberOfAverages = "2"
    data.FrameOfReferenceUID = study.uid("frame of reference")
    data.PositionReferenceIndicator = ""
    return data


def _place(data: "Dataset", image: Image, slice_: int) -> None:
    """Say where the slice lies, counted from the affine of the image."""
    spacing = image.spacing_mm
    sides = TO_LPS @ (image.affine[:3, :3] / spacing)
    corner = TO_LPS @ (image.affine[:3, 3] + image.affine[:3, 2] * slice_)
    normal = np.cross(sides[:, 0], sides[:, 1])
    data.ImageOrientationPatient = [decimal(x) for x in (*sides[:, 0], *sides[:, 1])]
    data.ImagePositionPatient = [decimal(x) for x in corner]
    data.SliceLocation = decimal(float(corner @ normal))
    data.PixelSpacing = [decimal(spacing[1]), decimal(spacing[0])]
    data.SliceThickness = data.SpacingBetweenSlices = decimal(spacing[2])
