"""Writing an X-ray as a DICOM object (Digital X-Ray Image, for presentation)."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import UInt16

from lbp_outcome.io.atomic import atomic_file
from lbp_outcome.simulate.dicom.mr_series import save
from lbp_outcome.simulate.dicom.study import (
    Study,
    decimal,
    grey_window,
    new_object,
    put_pixels,
)

if TYPE_CHECKING:
    from pydicom import Dataset

BITS = 12
SNOMED = "SCT"
LUMBAR_SPINE = ("122496007", "Lumbar spine")
VIEWS = {
    "lateral": (("399173006", "left lateral"), "LL", ("P", "F")),
    "frontal": (("399348003", "antero-posterior"), "AP", ("L", "F")),
}
"""Code of the view, its short name, and where rows and columns run."""


def write_dx(
    path: Path,
    pixels: UInt16[np.ndarray, "row column"],
    study: Study,
    *,
    view: str,
    pixel_mm: float,
    magnification: float,
    number: int,
) -> None:
    """Write one X-ray; bones are bright.

    Args:
        path: The file to make.
        pixels: Grey values from 0 to 4095.
        study: The patient.
        view: `lateral` or `frontal`.
        pixel_mm: Size of a pixel in the plane of the spine [mm].
        magnification: How much larger the spine is on the detector than in life.
        number: Number of the series in the study; one of its own for each.
    """
    from pydicom.uid import DigitalXRayImageStorageForPresentation

    data = new_object(study, DigitalXRayImageStorageForPresentation, number, 1)
    _view(data, view)
    _detector(data, pixel_mm, magnification)
    put_pixels(data, pixels, BITS)
    _presentation(data, pixels)
    with atomic_file(path) as temporary:
        save(data, temporary)


def _view(data: "Dataset", view: str) -> None:
    code, position, orientation = VIEWS[view]
    data.Modality = "DX"
    data.SeriesDescription = f"LUMBAR SPINE {position}"
    data.ImageType = ["ORIGINAL", "PRIMARY", ""]
    data.ImageLaterality = "U"
    data.AnatomicRegionSequence = [_code(*LUMBAR_SPINE)]
    data.ViewCodeSequence = [_code(*code)]
    data.ViewPosition, data.PatientOrientation = position, list(orientation)
    data.AcquisitionContextSequence = []


def _detector(data: "Dataset", pixel_mm: float, magnification: float) -> None:
    """The detector sees the spine enlarged; the pixel size is corrected for that."""
    data.ImagerPixelSpacing = [decimal(pixel_mm * magnification)] * 2
    data.PixelSpacing = [decimal(pixel_mm)] * 2
    data.PixelSpacingCalibrationType = "GEOMETRY"
    data.PixelSpacingCalibrationDescription = "in the plane of the spine"
    data.EstimatedRadiographicMagnificationFactor = decimal(magnification)
    data.DetectorType, data.DetectorConfiguration = "SCINTILLATOR", "AREA"
    data.KVP = "85"
    data.PositionerType = "COLUMN"


def _presentation(data: "Dataset", pixels: np.ndarray) -> None:
    data.PresentationIntentType = "FOR PRESENTATION"
    data.PixelIntensityRelationship, data.PixelIntensityRelationshipSign = "LOG", -1
    data.RescaleIntercept, data.RescaleSlope, data.RescaleType = "0", "1", "US"
    data.PresentationLUTShape = "IDENTITY"
    data.LossyImageCompression, data.BurnedInAnnotation = "00", "NO"
    data.update(grey_window(pixels))


def _code(value: str, meaning: str) -> "Dataset":
    from pydicom import Dataset

    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator = value, SNOMED
    code.CodeMeaning = meaning
    return code
