"""Simulating a whole cohort folder."""

import os
import sys
from pathlib import Path

import numpy as np

from lbp_outcome.progress import progress
from lbp_outcome.simulate.claim import claim
from lbp_outcome.simulate.patient_folder import Job, Truth, simulate_patient
from lbp_outcome.simulate.people.world import World, draw_world
from lbp_outcome.simulate.settings import Settings, require_room, require_sensible
from lbp_outcome.workers import worker_processes

BLANKS_KEY = 2


def simulate_cohort(
    out: Path,
    *,
    patients: int = 160,
    seed: int = 0,
    tables_only: bool = False,
    processes: int | None = None,
    scenario: str = "default",
    where: str | None = None,
    strength: float | None = None,
    dixon: bool = False,
    dicom: bool = False,
    asymmetric: bool = False,
) -> Path:
    """Simulate patients with lumbar stenosis, their images and their outcome.

    The folder is a BIDS cohort that says in every description that it is simulated. An
    interrupted run goes on where it stopped; a finished folder is left alone. Call it
    under `if __name__ == "__main__":` in a script, or give `processes=1`.

    Args:
        out: Folder to fill.
        patients: Number of patients.
        seed: Fixes every number and every voxel, whatever the number of processes.
        tables_only: Leave out the images.
        processes: Number of processes; all cores if not given.
        scenario: A name from `SCENARIOS`: `default`, `null-imaging` (nothing in the
            images matters), `strong-imaging`, `site-shift`, `planted` or `leaky`.
        where: Structure that carries the signal of the planted world, such as
            `multifidus` or `disc:L4-L5`.
        strength: How much more benefit those have who carry it.
        dixon: Take water and fat images of the lower back too.
        dicom: Write the images as DICOM objects too, under `sourcedata/`.
        asymmetric: Make the muscles of one side clearly worse than those of the other.

    Returns:
        The folder.

    Raises:
        InvalidChoice: The folder holds something else, a number is out of range, or the
            disk is too small.
        UnknownName: There is no such scenario, or no such structure.
    """
    out = Path(out)
    settings = Settings(
        patients=patients,
        seed=seed,
        scenario=scenario,
        tables_only=tables_only,
        where=where,
        strength=strength,
        dixon=dixon,
        dicom=dicom,
        asymmetric=asymmetric,
    )
    require_sensible(settings, processes)
    require_room(out, settings)
    claim(out, settings)
    world = draw_world(patients, settings.rules, seed)
    jobs = [] if tables_only else _jobs(out, world, settings)
    if (out / "participants.tsv").exists() and not _unfinished(jobs):
        print(f"{out}: finished before, nothing simulated again.", file=sys.stderr)
        return out
    truth = _simulate_images(jobs, processes or os.cpu_count() or 1)
    _write_tables(out, world, settings, truth)
    return out


def _jobs(out: Path, world: World, settings: Settings) -> list[Job]:
    """One job for every patient who has any image."""
    has_mri, has_xray = world.forms.has_mri, world.forms.has_xray
    return [
        Job(
            out=out,
            name=world.pseudonym(row),
            row=int(world.source_row[row]),
            settings=settings,
            patient=world.patients.only(row),
            mri=bool(has_mri[row]),
            xray=bool(has_xray[row]),
        )
        for row in np.flatnonzero(has_mri | has_xray).tolist()
    ]


def _unfinished(jobs: list[Job]) -> list[Job]:
    return [job for job in jobs if not (job.out / job.name).exists()]


def _simulate_images(jobs: list[Job], processes: int) -> dict[str, Truth]:
    """Simulate every patient who is not there yet; return everyone's truth."""
    names = [job.name for job in jobs]
    workers = min(processes, len(_unfinished(jobs)))
    if workers < 2:
        found = [simulate_patient(job) for job in progress(jobs, "Simulating")]
        return dict(zip(names, found, strict=True))
    with worker_processes(workers) as pool:
        values = pool.map(simulate_patient, jobs)
        bar = progress(values, "Simulating", total=len(jobs))
        return dict(zip(names, bar, strict=True))


def _write_tables(
    out: Path,
    world: World,
    settings: Settings,
    found: dict[str, Truth],
) -> None:
    """Write the tables; participants.tsv last, as the sign that all is done."""
    from lbp_outcome.simulate import tables  # pandas is slow to import

    blanks = np.random.SeedSequence(settings.seed, spawn_key=(BLANKS_KEY,))
    truth = out / "derivatives" / "truth"
    tables.write_true_patients(truth, world)
    if not settings.tables_only:
        measured = {name: true.measurements for name, true in found.items()}
        tables.write_true_values(truth / "measurements.tsv", measured)
        seen = {name: true.findings for name, true in found.items()}
        tables.write_true_values(truth / "findings.tsv", seen)
        filmed = {name: true.radiographs for name, true in found.items()}
        tables.write_true_values(truth / "radiographs.tsv", filmed)
    tables.write_phenotypes(out, world)
    tables.write_participants(out, world, np.random.default_rng(blanks))
