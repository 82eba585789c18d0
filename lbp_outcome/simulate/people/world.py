"""Everything about all simulated patients except their images."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.simulate.people.baseline import Baseline, draw_baseline
from lbp_outcome.simulate.people.benefit import clinical_benefit, imaging_benefit
from lbp_outcome.simulate.people.forms import Forms, fill_in
from lbp_outcome.simulate.people.oracle import oracle_probability
from lbp_outcome.simulate.people.outcomes import Outcome, draw_outcome
from lbp_outcome.simulate.people.patients import Patients, draw_patients
from lbp_outcome.simulate.scenario import Scenario

TABLES_KEY, PATIENT_KEY = 0, 1


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """All simulated patients, before and after surgery.

    Attributes:
        scenario: The world's rules.
        patients: Covariates and causes.
        baseline: Scores before surgery.
        clinical: Part of the benefit that the clinic can know.
        imaging: Part of the benefit that the images can know.
        outcome: Scores after surgery.
        oracle: True probability of success given all that is known before surgery.
        forms: What the patients hand in.
    """

    scenario: Scenario
    patients: Patients
    baseline: Baseline
    clinical: Float[np.ndarray, " patients"]
    imaging: Float[np.ndarray, " patients"]
    outcome: Outcome
    oracle: Float[np.ndarray, " patients"]
    forms: Forms

    def __len__(self) -> int:
        return len(self.patients)

    def pseudonym(self, row: int) -> str:
        """Return the pseudonym of the patient in this row.

        `sub-0001` is the first; all of a cohort have the same length.
        """
        digits = max(4, len(str(len(self))))
        return f"sub-{row + 1:0{digits}d}"


def draw_world(patients: int, scenario: Scenario, seed: int) -> World:
    """Draw all patients of a cohort and what becomes of them."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(TABLES_KEY,)))
    drawn = draw_patients(patients, rng)
    baseline = draw_baseline(patients, rng)
    clinical = clinical_benefit(drawn, baseline)
    imaging = scenario.imaging_effect * imaging_benefit(drawn)
    outcome = draw_outcome(clinical + imaging, baseline, scenario, rng)
    return World(
        scenario=scenario,
        patients=drawn,
        baseline=baseline,
        clinical=clinical,
        imaging=imaging,
        outcome=outcome,
        oracle=oracle_probability(clinical + imaging, baseline, scenario),
        forms=fill_in(baseline, outcome, rng),
    )


def patient_streams(seed: int, row: int) -> list[np.random.Generator]:
    """Return one patient's own random streams: anatomy, MR images, X-ray.

    They depend on the seed and the patient's row alone, so a patient looks the same
    whoever else is simulated, in whatever order, by however many processes.
    """
    own = np.random.SeedSequence(seed, spawn_key=(PATIENT_KEY, row))
    return [np.random.default_rng(stream) for stream in own.spawn(3)]
