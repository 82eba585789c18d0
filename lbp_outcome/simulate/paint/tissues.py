"""What tissues look like: on T1, on T2, and to X-rays."""

from typing import NamedTuple


class Tissue(NamedTuple):
    """How bright one tissue is.

    Attributes:
        t1: Signal on T1-weighted spin echo, subcutaneous fat = 1.
        t2: Signal on T2-weighted turbo spin echo, cerebrospinal fluid = 1.
        hounsfield: X-ray attenuation [HU].
    """

    t1: float
    t2: float
    hounsfield: float


AIR = Tissue(0.0, 0.0, -1000)
SKIN = Tissue(0.35, 0.25, 50)
FAT = Tissue(1.00, 0.72, -100)
TRUNK_FAT = Tissue(0.80, 0.52, -100)
MUSCLE = Tissue(0.24, 0.13, 50)
FASCIA = Tissue(0.10, 0.06, 80)
LIGAMENT = Tissue(0.22, 0.14, 80)
FLAVUM = Tissue(0.20, 0.10, 80)
BOWEL = Tissue(0.32, 0.30, 30)
BOWEL_GAS = Tissue(0.03, 0.03, -600)
VESSEL = Tissue(0.07, 0.05, 50)
CORTEX = Tissue(0.06, 0.05, 1000)
SACRAL_CORTEX = Tissue(0.08, 0.07, 500)
MARROW = Tissue(0.60, 0.46, 270)
BASIVERTEBRAL = Tissue(0.60, 0.66, 120)
FLUID = Tissue(0.14, 1.00, 10)
CORD = Tissue(0.36, 0.36, 35)
ROOT = Tissue(0.32, 0.24, 35)
DURA = Tissue(0.14, 0.08, 60)
ANNULUS = Tissue(0.20, 0.09, 90)
GANGLION = Tissue(0.36, 0.34, 40)

NUCLEUS_T2 = {1: 0.78, 2: 0.60, 3: 0.38, 4: 0.20, 5: 0.12}
"""T2 signal of the nucleus by Pfirrmann grade, CSF = 1 (cut-points: sheet 1.3)."""


def nucleus(grade: int, deviation: float = 0.0) -> Tissue:
    """Return the inside of a disc of this Pfirrmann grade."""
    return Tissue(0.27, max(NUCLEUS_T2[grade] * (1 + deviation), 0.08), 80)
