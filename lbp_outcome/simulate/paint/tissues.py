"""The tissues of the back: how they relax, how much fat they hold, how they absorb.

Relaxation times follow de Bazelaire 2004 (marrow, muscle, liver, kidney, fat at 1.5 and
3 T), Gold 2004 (muscle, cartilage, synovial fluid, fat) and Stanisz 2005 (muscle,
cartilage, cord), quoted from memory and rounded. In turbo spin echo fat decays
more slowly than those sources say (J-coupling); its T2 here, and that of all marrow,
are effective values. The numbers of thin structures (cortex, ligament, dura, skin), of
discs by grade and of flowing blood were chosen so that they look right. Hounsfield
values are usual ones.
"""

from math import log
from operator import attrgetter

from lbp_outcome.simulate.paint.contrast import SpinEcho
from lbp_outcome.simulate.paint.tissue import Tissue as Tissue  # for painters

AIR = Tissue(0.0, 1000, 1000, 100, 0.0, -1000)
SKIN = Tissue(0.60, 900, 1000, 50, 0.0, 50)
FAT = Tissue(0.90, 270, 375, 135, 1.0, -100)
TRUNK_FAT = Tissue(0.87, 275, 380, 130, 0.97, -100)
MUSCLE = Tissue(0.90, 1130, 1420, 44, 0.0, 50)
"""As dense as fat, so that the fat fraction of a mixture is its share of fat."""

FASCIA = Tissue(0.22, 800, 900, 45, 0.0, 80)
LIGAMENT = Tissue(0.45, 800, 900, 58, 0.0, 80)
FLAVUM = Tissue(0.42, 800, 900, 50, 0.0, 80)
BOWEL = Tissue(0.75, 1000, 1150, 75, 0.1, 30)
BOWEL_GAS = Tissue(0.03, 1000, 1150, 75, 0.0, -600)
VESSEL = Tissue(0.10, 1300, 1600, 120, 0.0, 50)
CORTEX = Tissue(0.12, 600, 700, 40, 0.2, 1000)
SACRAL_CORTEX = Tissue(0.16, 600, 700, 45, 0.2, 800)
MARROW = Tissue(0.77, 480, 545, 94, 0.55, 270)
BASIVERTEBRAL = Tissue(0.80, 620, 700, 125, 0.3, 120)
FLUID = Tissue(1.00, 4200, 4300, 1800, 0.0, 10)
CORD = Tissue(0.75, 850, 990, 80, 0.0, 35)
ROOT = Tissue(0.70, 900, 1050, 62, 0.0, 35)
DURA = Tissue(0.30, 900, 1000, 50, 0.0, 60)
ANNULUS = Tissue(0.48, 900, 1050, 46, 0.0, 90)
GANGLION = Tissue(0.75, 1000, 1150, 78, 0.0, 40)
RED_MARROW = Tissue(0.72, 750, 850, 78, 0.25, 300)
YELLOW_MARROW = Tissue(0.85, 310, 400, 118, 0.85, 150)
OEDEMA = Tissue(0.85, 1400, 1650, 150, 0.15, 270)
FATTY_CHANGE = Tissue(0.86, 285, 385, 128, 0.9, 200)
SCLEROSIS = Tissue(0.35, 900, 1000, 55, 0.1, 700)
CARTILAGE = Tissue(0.70, 1020, 1170, 76, 0.0, 100)
JOINT_FLUID = Tissue(0.80, 2850, 3600, 900, 0.0, 10)
FISSURE = Tissue(0.85, 1200, 1400, 170, 0.0, 80)
VACUUM = Tissue(0.03, 1000, 1150, 60, 0.0, -600)
LIVER = Tissue(0.75, 590, 810, 48, 0.03, 60)
KIDNEY = Tissue(0.80, 1100, 1250, 88, 0.0, 40)
SLOW_BLOOD = Tissue(0.50, 1440, 1930, 92, 0.0, 50)
BOWEL_CONTENT = Tissue(0.85, 1200, 1400, 115, 0.1, 30)

T1 = SpinEcho(tesla=1.5, repetition_ms=500, echo_ms=10).relative_to(FAT)
"""Signal on a T1-weighted image at 1.5 T, subcutaneous fat = 1."""

T2 = SpinEcho(tesla=1.5, repetition_ms=4000, echo_ms=100).relative_to(FLUID)
"""Signal on a T2-weighted image at 1.5 T, cerebrospinal fluid = 1."""

NUCLEUS_T2_MS = {1: 165.0, 2: 128.0, 3: 90.0, 4: 65.0, 5: 46.0}
"""T2 of the nucleus by Pfirrmann grade; puts its brightness between the cut-points of
sheet 1.3 (disc / CSF: above .60 I and II, to .40 III, to .25 IV, below V)."""

DARKEST_MS, BRIGHTEST_MS = 30.0, 300.0


def nucleus(grade: int, deviation: float = 0.0) -> Tissue:
    """Return the inside of a disc of this Pfirrmann grade.

    Args:
        grade: 1 to 5.
        deviation: By which share it is brighter on `T2` than others of its grade.
    """
    rate = 1 / NUCLEUS_T2_MS[grade] - log(max(1 + deviation, 0.05)) / T2.echo_ms
    t2 = 1 / min(max(rate, 1 / BRIGHTEST_MS), 1 / DARKEST_MS)
    return Tissue(0.85, 1150, 1300, t2, 0.0, 80)


HOUNSFIELD = attrgetter("hounsfield")
"""How strongly a tissue absorbs X-rays [HU]."""
