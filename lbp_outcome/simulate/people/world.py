"""Everything about all simulated patients except their images."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from lbp_outcome.simulate.people.baseline import Baseline, draw_baseline
from lbp_outcome.simulate.people.benefit import (
    clinical_benefit,
    imaging_benefit,
    site_benefit,
)
from lbp_outcome.simulate.people.course import RECIPE_VISIT, draw_course
from lbp_outcome.simulate.people.forms import Forms, fill_in
from lbp_outcome.simulate.people.leaks import Leaks, draw_leaks
from lbp_outcome.simulate.people.oracle import oracle_probability
from lbp_outcome.simulate.people.outcomes import Outcome, draw_outcome
from lbp_outcome.simulate.people.patients import Patients, draw_patients
from lbp_outcome.simulate.people.rows import rows_of
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
        site: Part of the benefit that depends on the hospital alone.
        course: Scores at each visit after surgery.
        oracle: True probability of success at one year given all that is known before
            surgery.
        forms: What the patients hand in.
        leaks: What a careless export would add to the table of patients.
        source_row: Row of the patient whose body each one has: their own, or that of
            somebody who stands in the tables twice.
    """

    scenario: Scenario
    patients: Patients
    baseline: Baseline
    clinical: Float[np.ndarray, " patients"]
    imaging: Float[np.ndarray, " patients"]
    site: Float[np.ndarray, " patients"]
    course: Mapping[str, Outcome]
    oracle: Float[np.ndarray, " patients"]
    forms: Forms
    leaks: Leaks
    source_row: Int[np.ndarray, " patients"]

    @property
    def outcome(self) -> Outcome:
        """Scores one year after surgery."""
        return self.course[RECIPE_VISIT]

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
    tables = np.random.SeedSequence(seed, spawn_key=(TABLES_KEY,))
    rng = np.random.default_rng(tables)
    for_course, for_forms, for_leaks = rng.spawn(3)
    drawn = draw_patients(patients, rng, scenario)
    baseline = draw_baseline(patients, rng)
    clinical = clinical_benefit(drawn, baseline)
    imaging = imaging_benefit(drawn, scenario)
    site = site_benefit(drawn, scenario)
    known = clinical + imaging + site
    outcome = draw_outcome(known, baseline, scenario, rng)
    course = draw_course(outcome, baseline, for_course)
    world = World(
        scenario=scenario,
        patients=drawn,
        baseline=baseline,
        clinical=clinical,
        imaging=imaging,
        site=site,
        course=course,
        oracle=oracle_probability(known, baseline, scenario),
        forms=fill_in(baseline, course, for_forms),
        leaks=draw_leaks(outcome, for_leaks),
        source_row=np.arange(patients),
    )
    return _with_one_patient_twice(world) if scenario.leaky else world


def _with_one_patient_twice(world: World) -> World:
    """Put the first patient who has all images in the place of the last one too."""
    complete = np.flatnonzero(world.forms.has_mri & world.forms.has_xray)
    rows = np.arange(len(world))
    rows[-1:] = complete[:1] if complete.size else rows[-1:]
    return World(
        scenario=world.scenario,
        patients=rows_of(world.patients, rows),
        baseline=rows_of(world.baseline, rows),
        clinical=world.clinical[rows],
        imaging=world.imaging[rows],
        site=world.site[rows],
        course={visit: rows_of(seen, rows) for visit, seen in world.course.items()},
        oracle=world.oracle[rows],
        forms=rows_of(world.forms, rows),
        leaks=rows_of(world.leaks, rows),
        source_row=rows,
    )


def patient_streams(seed: int, row: int) -> list[np.random.Generator]:
    """Return one patient's own random streams: anatomy, MR images, X-ray.

    They depend on the seed and the patient's row alone, so a patient looks the same
    whoever else is simulated, in whatever order, by however many processes.
    """
    own = np.random.SeedSequence(seed, spawn_key=(PATIENT_KEY, row))
    return [np.random.default_rng(stream) for stream in own.spawn(3)]
