"""How wide the dural sac of one patient is at every disc."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.simulate.body.clearance import room_at
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.people.patients import Patients

AREA_BY_COUNT = {1: 128.0, 2: 148.0, 3: 156.0, 4: 164.0, 5: 168.0, 6: 165.0}
"""Mean area at a sound disc by its count from below [mm2]; at L4-L5 controls have
152 +/- 54 (sheet 3.3). The rest is plausible, not a norm."""

THORACIC_AREA = 150.0
LEVEL_SD = 12.0
LOST_PER_GRADE = 12.0
"""Area that a disc takes per Pfirrmann grade above 3 [mm2]."""

LEAST_AREA, LEAST_OVER_OPERATED = 70.0, 1.25
SECOND_SHARE, SECOND_AREAS, SECOND_OVER_OPERATED = 0.35, (62.0, 98.0), 1.12
"""A neighbouring disc is narrow too in a third of patients; its area [mm2]."""

EXCESS_LOSS, EXCESS_UP_TO = 0.62, 3
"""Fat leaves the sac this share of its area at this many discs from below."""

LEAST_ROUNDNESS = 0.30
"""Depth over width of the flattest sac."""


def draw_areas(
    patient: Patients,
    discs: tuple[DiscShape, ...],
    roomy: float,
    excess: bool,
    rng: np.random.Generator,
) -> Float[np.ndarray, " discs"]:
    """Draw the sac's area at every disc; it is smallest at the operated one."""
    narrow = float(patient.sac_area[0])
    means = [AREA_BY_COUNT.get(disc.number, THORACIC_AREA) for disc in discs]
    worn = np.array([max(disc.grade - 3, 0) for disc in discs])
    drawn = np.array(means) - LOST_PER_GRADE * worn + roomy
    drawn = drawn + rng.normal(0, LEVEL_SD, len(discs))
    fatty = np.array([excess and disc.number <= EXCESS_UP_TO for disc in discs])
    drawn = np.minimum(np.where(fatty, EXCESS_LOSS, 1) * drawn, _largest(discs))
    areas: np.ndarray = np.maximum(drawn, max(LEAST_OVER_OPERATED * narrow, LEAST_AREA))
    operated = [disc.name for disc in discs].index(patient.level_of(0))
    second, aside, size = rng.random(), rng.random(), rng.uniform(*SECOND_AREAS)
    beside = operated - 1 if aside < 0.6 or operated == len(discs) - 1 else operated + 1
    if second < SECOND_SHARE:
        areas[beside] = max(min(size, areas[beside]), SECOND_OVER_OPERATED * narrow)
    areas[operated] = narrow
    return areas


def _largest(discs: tuple[DiscShape, ...]) -> Float[np.ndarray, " discs"]:
    """The largest sac that fits between disc and ligament [mm2]."""
    depth = np.array([room_at(disc) for disc in discs]) / 2
    area: np.ndarray = np.pi * depth**2 / LEAST_ROUNDNESS
    return area
