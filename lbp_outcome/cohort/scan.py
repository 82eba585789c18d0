"""What one patient's images gave."""

from dataclasses import dataclass

from lbp_outcome.records import Measurement
from lbp_outcome.view import PatientImages


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What the images of one patient gave.

    Attributes:
        measurements: Every measurement, or the reason why there is none.
        images: The images as a network sees them.
        spacing_mm: Voxel size of the T2 image, smallest first; empty without one.
        doubts: Why the names of levels, or lengths, cannot be trusted.
        remarks: What was odd about the mask without making it useless.
    """

    measurements: tuple[Measurement, ...]
    images: PatientImages
    spacing_mm: tuple[float, ...] = ()
    doubts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
