"""Simulated X-rays whose truth is known, for teaching and testing the readers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, UInt8

from lbp_outcome.progress import progress
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.draw import draw_anatomy
from lbp_outcome.simulate.people.patients import Patients
from lbp_outcome.simulate.people.world import draw_world, patient_streams
from lbp_outcome.simulate.scan.radiograph import Film, expose
from lbp_outcome.simulate.scenario import SCENARIOS
from lbp_outcome.simulate.truth.radiographs import (
    TrueLevels,
    true_corners,
    true_levels,
    true_radiographs,
)
from lbp_outcome.workers import worker_processes
from models._xray.film import standard_film
from models._xray.findings import FINDINGS, Finding
from models._xray.training import Example

SPUR_COLUMNS = {"front": 0, "left": 1, "right": 2}


@dataclass(frozen=True, eq=False, kw_only=True)
class TaughtFilm:
    """One film, with where its corners truly lie.

    Attributes:
        pixels: Its 256 greys.
        pixel_mm: Size of a pixel [mm].
        corners: Corners of the lowest discs, from the middle of the film [mm].
    """

    pixels: UInt8[np.ndarray, "row column"]
    pixel_mm: float
    corners: np.ndarray

    @property
    def film(self) -> tuple[np.ndarray, tuple[float, float]]:
        """Grey values and pixel size, as they are read from a file."""
        return self.pixels.astype(float), (self.pixel_mm, self.pixel_mm)


@dataclass(frozen=True, eq=False, kw_only=True)
class TaughtPatient:
    """The films of one simulated patient and all that is true of them.

    Attributes:
        films: By view.
        levels: Osteophytes and sclerosis of the lowest discs.
        truth: Every component and grade, in the order of the grader's rows.
    """

    films: dict[str, TaughtFilm]
    levels: TrueLevels
    truth: tuple[Measurement, ...]


def simulate_films(patients: int, seed: int, processes: int = 1) -> list[TaughtPatient]:
    """Simulate the X-rays of the patients of one default world.

    Args:
        patients: How many.
        seed: The same seed gives the same films.
        processes: How many patients at a time.
    """
    world = draw_world(patients, SCENARIOS["default"], seed)
    jobs = [(world.patients.only(row), seed, row) for row in range(patients)]
    if processes < 2:
        return list(map(_simulated, progress(jobs, "Simulating X-rays")))
    with worker_processes(processes) as pool:
        return list(progress(pool.map(_simulated, jobs), "X-rays", total=patients))


def examples(patients: Sequence[TaughtPatient], view: str) -> list[Example]:
    """Return the films of one view as the networks learn from them."""
    return [_example(patient, view) for patient in patients]


def _simulated(job: tuple[Patients, int, int]) -> TaughtPatient:
    patient, seed, row = job
    for_anatomy, _, for_xray = patient_streams(seed, row)
    anatomy = draw_anatomy(patient, for_anatomy)
    films = expose(anatomy, int(patient.site[0]), for_xray)

    def taught(film: Film) -> TaughtFilm:
        corners = true_corners(anatomy, film.geometry)
        return TaughtFilm(pixels=film.picture, pixel_mm=film.pixel_mm, corners=corners)

    return TaughtPatient(
        films={"lateral": taught(films.lateral), "frontal": taught(films.frontal)},
        levels=true_levels(anatomy),
        truth=true_radiographs(anatomy),
    )


def _example(patient: TaughtPatient, view: str) -> Example:
    taught = patient.films[view]
    above = np.stack(list(_above(patient.levels, view)), axis=1)
    return Example(
        film=standard_film(*taught.film),
        corners=torch.from_numpy(taught.corners).float(),
        above=torch.from_numpy(above),
    )


def _above(levels: TrueLevels, view: str) -> Iterator[Bool[np.ndarray, "disc limit"]]:
    for finding in FINDINGS[view]:
        yield true_amounts(levels, finding)[:, None] > np.array(finding.limits)


def true_amounts(levels: TrueLevels, finding: Finding) -> np.ndarray:
    """Return what is true of one finding at each disc."""
    row = int(finding.below)
    if finding.kind == "sclerosis":
        return levels.sclerosis[:, row]
    return levels.spurs_mm[:, row, SPUR_COLUMNS[finding.place]]
