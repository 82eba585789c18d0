"""What all DICOM objects of one simulated patient have in common."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pydicom import Dataset

NO_DATE, NO_TIME = "20000101", "000000"
"""Nothing was ever acquired: one fixed day and hour for everybody."""

NOT_REAL = "SIMULATED, no real patient"
UNICODE = "ISO_IR 192"


@dataclass(frozen=True, kw_only=True)
class Study:
    """One simulated patient's study, shared by its MR series and X-rays.

    Attributes:
        seed: Seed of the cohort; with the pseudonym it fixes every UID.
        name: Pseudonym, as `sub-0001`.
        male: Whether male.
        age: Age [a].
        site: Name of the hospital, as `A`.
    """

    seed: int
    name: str
    male: bool
    age: float
    site: str

    def uid(self, *place: object) -> str:
        """Return the identifier of a part of this study, always the same."""
        from pydicom.uid import generate_uid

        entropy = ["lbp-outcome", str(self.seed), self.name, *map(str, place)]
        return str(generate_uid(entropy_srcs=entropy))


def new_object(study: Study, kind: str, series: int, instance: int) -> "Dataset":
    """Return a DICOM object of this kind (SOP class) without picture.

    It carries patient, study, series, equipment and identity. All dates are fixed.
    """
    from pydicom import Dataset

    data = Dataset()
    data.SpecificCharacterSet = UNICODE
    data.SOPClassUID = kind
    data.SOPInstanceUID = study.uid("image", series, instance)
    data.InstanceCreationDate, data.InstanceCreationTime = NO_DATE, NO_TIME
    for moment in ("Study", "Series", "Acquisition", "Content"):
        setattr(data, f"{moment}Date", NO_DATE)
        setattr(data, f"{moment}Time", NO_TIME)
    data.AccessionNumber, data.ReferringPhysicianName, data.StudyID = "", "", "1"
    data.StudyDescription = "SIMULATED LUMBAR SPINE"
    data.Manufacturer = f"Simulated {study.site}"
    data.ManufacturerModelName, data.SoftwareVersions = "lbp-outcome", "1"
    data.InstitutionName = f"Simulated hospital {study.site}"
    data.DeviceSerialNumber = "0"
    data.PatientName = f"SIMULATED^{study.name.removeprefix('sub-')}"
    data.PatientID, data.PatientBirthDate = study.name, ""
    data.PatientSex = "M" if study.male else "F"
    data.PatientAge = f"{round(study.age):03d}Y"
    data.PatientIdentityRemoved = "YES"
    data.DeidentificationMethod = NOT_REAL
    data.BodyPartExamined = "LSPINE"
    data.StudyInstanceUID = study.uid("study")
    data.SeriesInstanceUID = study.uid("series", series)
    data.SeriesNumber, data.InstanceNumber = series, instance
    data.AcquisitionNumber = 1
    data.ImageComments = NOT_REAL
    return data


def put_pixels(data: "Dataset", pixels: np.ndarray, bits: int) -> None:
    """Store a grey picture of whole numbers below 2 to the power of `bits`."""
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns = (int(size) for size in pixels.shape)
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, bits, bits - 1
    data.PixelRepresentation = 0
    data.add_new("PixelData", "OW", np.ascontiguousarray(pixels, "<u2").tobytes())


def decimal(value: float) -> str:
    """Return a number in the 16 characters that DICOM allows."""
    from pydicom.valuerep import format_number_as_ds

    return str(format_number_as_ds(float(value)))


def grey_window(pixels: np.ndarray) -> dict[str, str]:
    """Return the brightness at which pictures are best first shown."""
    low, high = (float(value) for value in np.percentile(pixels, [1, 99.5]))
    return {
        "WindowCenter": decimal(round((low + high) / 2)),
        "WindowWidth": decimal(max(round(high - low), 1)),
    }
