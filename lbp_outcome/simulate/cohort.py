"""Simulating a whole cohort folder."""

import json
import multiprocessing
import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lbp_outcome import __version__
from lbp_outcome.errors import InvalidChoice, LbpError
from lbp_outcome.io.atomic import write_text
from lbp_outcome.progress import progress
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.paint.canvas import Part
from lbp_outcome.simulate.patient_folder import Job, simulate_patient
from lbp_outcome.simulate.people.world import World, draw_world
from lbp_outcome.simulate.scenario import scenario_named

BLANKS_KEY = 2
DESCRIPTION = "dataset_description.json"
BIDS_VERSION = "1.10.0"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a simulated folder was made with; the same settings give the same bytes."""

    patients: int
    seed: int
    scenario: str
    tables_only: bool
    version: str = __version__


def simulate_cohort(
    out: Path,
    *,
    patients: int = 160,
    seed: int = 0,
    tables_only: bool = False,
    processes: int | None = None,
    scenario: str = "default",
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
        scenario: `default`, `null-imaging` (nothing in the images matters) or
            `strong-imaging`.

    Returns:
        The folder.

    Raises:
        InvalidChoice: The folder holds something else, or a number is out of range.
        UnknownName: There is no such scenario.
    """
    out = Path(out)
    world_rules = scenario_named(scenario)
    settings = Settings(
        patients=patients, seed=seed, scenario=scenario, tables_only=tables_only
    )
    _require_sensible(settings, processes)
    _claim(out, settings)
    world = draw_world(patients, world_rules, seed)
    jobs = [] if tables_only else _jobs(out, world, seed)
    if (out / "participants.tsv").exists() and not _unfinished(jobs):
        print(f"{out}: finished before, nothing simulated again.", file=sys.stderr)
        return out
    true_values = _simulate_images(jobs, processes or os.cpu_count() or 1)
    _write_tables(out, world, settings, true_values)
    return out


def _require_sensible(settings: Settings, processes: int | None) -> None:
    if settings.patients < 1:
        raise InvalidChoice(f"patients = {settings.patients}: must be at least 1.")
    if settings.seed < 0:
        raise InvalidChoice(f"seed = {settings.seed}: must not be negative.")
    if processes is not None and processes < 1:
        raise InvalidChoice(f"processes = {processes}: must be at least 1.")


def _claim(out: Path, settings: Settings) -> None:
    """Write the settings into a new folder, or compare them with those it has."""
    if out.exists() and not out.is_dir():
        raise InvalidChoice(f"{out} is a file; name a folder to simulate into.")
    if (out / DESCRIPTION).exists():
        _require_same(out, settings)
        _sweep(out)
    elif out.exists() and any(out.iterdir()):
        raise InvalidChoice(f"{out} holds other files; name an empty or a new folder.")
    _describe(out, settings)


def _require_same(out: Path, settings: Settings) -> None:
    found, wanted = _settings_of(out / DESCRIPTION), asdict(settings)
    different = [key for key in wanted if found.get(key) != wanted[key]]
    if different:
        first = different[0]
        raise InvalidChoice(
            f"{out} was simulated with {first} = {found.get(first, 'unknown')}, not "
            f"{wanted[first]}; name another folder, or delete this one."
        )


def _settings_of(description: Path) -> dict[str, Any]:
    try:
        content = json.loads(description.read_text(encoding="utf-8"))
        settings: dict[str, Any] = content["GeneratedBy"][0]["Settings"]
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        raise InvalidChoice(
            f"{description.parent} is not a simulated cohort; name another folder."
        ) from None
    return settings


def _describe(out: Path, settings: Settings) -> None:
    """Say in every dataset of the folder that it is simulated, and how."""
    raw = {"Name": "Simulated lumbar stenosis cohort", "DatasetType": "raw"}
    _write_description(out, raw, settings)  # first: from now on the folder is ours
    derivatives = out / "derivatives"
    _write_description(derivatives / "truth", _truth_description(), settings)
    if not settings.tables_only:
        _write_description(derivatives / "labels", _LABELS_DESCRIPTION, settings)
    if not (out / "README").exists():
        write_text(out / "README", _README)


_LABELS_DESCRIPTION = {
    "Name": "labels",
    "DatasetType": "derivative",
    "LabelScheme": "spider",
    "LowestVertebra": "L5",
}


def _truth_description() -> dict[str, Any]:
    structures = {
        str(part.value): part.name.lower().replace("_", " ")
        + (" + number from L5" if part >= Part.BODY else "")
        for part in Part
    }
    return {
        "Name": "truth of the simulation; never read by a study",
        "DatasetType": "derivative",
        "Structures": structures,
    }


def _write_description(
    folder: Path, description: dict[str, Any], settings: Settings
) -> None:
    if (folder / DESCRIPTION).exists():
        return
    generated = {
        "Name": "lbp-outcome simulate",
        "Version": settings.version,
        "Settings": asdict(settings),
    }
    simulated = {
        "BIDSVersion": BIDS_VERSION,
        "Simulated": True,
        "GeneratedBy": [generated],
    }
    text = json.dumps(description | simulated, indent=2)
    write_text(folder / DESCRIPTION, text + "\n")


_README = """SIMULATED patients: no person in this folder exists.

Written by lbp-outcome to test a prediction pipeline whose right answer is known. Models
trained on it say nothing about real patients. What was planted, and the probability of
success that a perfect model would give, is in derivatives/truth and must not be shown
to a model.
"""


def _sweep(out: Path) -> None:
    """Remove what a killed process left half-written."""
    for place in (out, *(out / "derivatives").glob("*"), out / "phenotype"):
        for leftover in place.glob(".writing-*"):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)


def _jobs(out: Path, world: World, seed: int) -> list[Job]:
    """One job for every patient who has any image."""
    has_mri, has_xray = world.forms.has_mri, world.forms.has_xray
    return [
        Job(
            out=out,
            name=world.pseudonym(row),
            row=row,
            seed=seed,
            patient=world.patients.only(row),
            mri=bool(has_mri[row]),
            xray=bool(has_xray[row]),
        )
        for row in np.flatnonzero(has_mri | has_xray).tolist()
    ]


def _unfinished(jobs: list[Job]) -> list[Job]:
    return [job for job in jobs if not (job.out / job.name).exists()]


def _simulate_images(
    jobs: list[Job], processes: int
) -> dict[str, tuple[Measurement, ...]]:
    """Simulate every patient who is not there yet; return everyone's true values."""
    names = [job.name for job in jobs]
    workers = min(processes, len(_unfinished(jobs)))
    if workers < 2:
        found = [simulate_patient(job) for job in progress(jobs, "Simulating")]
        return dict(zip(names, found, strict=True))
    with _pool(workers) as pool:
        values = pool.map(simulate_patient, jobs)
        bar = progress(values, "Simulating", total=len(jobs))
        return dict(zip(names, bar, strict=True))


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Start processes that compute on one thread each, and stop them in any case."""
    # "spawn": a forked copy of a process that has loaded torch may hang.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context)
    try:
        with _single_threaded():
            yield pool
    except BrokenProcessPool:
        raise LbpError(
            "a worker process died: call simulate_cohort under "
            "`if __name__ == '__main__':`, give processes=1, or free some memory."
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Keep the linear algebra of child processes from fighting for the cores."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _write_tables(
    out: Path,
    world: World,
    settings: Settings,
    true_values: dict[str, tuple[Measurement, ...]],
) -> None:
    """Write the tables; participants.tsv last, as the sign that all is done."""
    from lbp_outcome.simulate import tables  # pandas is slow to import

    blanks = np.random.SeedSequence(settings.seed, spawn_key=(BLANKS_KEY,))
    truth = out / "derivatives" / "truth"
    tables.write_true_patients(truth, world)
    if not settings.tables_only:
        tables.write_true_measurements(truth, true_values)
    tables.write_phenotypes(out, world)
    tables.write_participants(out, world, np.random.default_rng(blanks))
