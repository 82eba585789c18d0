"""Teaching the level encoder on spines whose truth is known, and examining it."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.io.atomic import atomic_file, write_text
from lbp_outcome.progress import progress
from lbp_outcome.simulate.graded_spine import GradedSpine, graded_spine
from lbp_outcome.study.grading_accuracy import Figure, grading_accuracy
from lbp_outcome.study.known_spines import spines_of_cohort, spines_of_gradings
from models._levels.calibration import calibrated
from models._levels.encoder import ARCHITECTURE, LevelEncoder
from models._levels.gradings import NAMES
from models._levels.threads_first import threads_first
from models._levels.training import (
    CHECKPOINT,
    Graded,
    TrainingSettings,
    train_encoder,
)
from models._levels.weights import FILE, MANIFEST, shipped_encoder

FINE_RATE = 5e-4
"""Learning rate on top of the shipped weights: a quarter of that from scratch."""

UNSEEN_SEED = 2_000_003
"""Added to the seed of the training spines: those examined on are other people."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Spine:
    """A spine to learn from or to be examined on.

    Attributes:
        graded: Crops and truth.
        operated: Row of the level to be operated on; None where it is not shown.
    """

    graded: Graded
    operated: int | None


def pretrain(
    out: Path,
    *,
    patients: int = 400,
    seed: int = 0,
    epochs: int = 40,
    unseen: int = 100,
    cohorts: Sequence[Path] = (),
) -> Mapping[str, Figure]:
    """Simulate graded spines, train the level encoder on them, and examine it.

    The folder ends with the weights and a manifest that says how they were made and
    how well they read spines they have not seen. An interrupted run goes on where it
    stopped: every spine and every epoch is kept.

    Args:
        out: Folder to fill.
        patients: Spines to learn from; may be 0 beside cohorts.
        seed: The same seed gives the same weights.
        epochs: Passes over the spines.
        unseen: Spines of other people to be examined on, once; a third of them, as of
            the others, from scanners that were replaced by older ones. Findings are as
            common as in patients; among the spines to learn from, rare ones are not.
        cohorts: Simulated cohorts whose spines to learn from besides.

    Returns:
        The figures on the unseen spines, with intervals.

    Raises:
        InvalidChoice: A number is out of range.
    """
    _require_sensible(seed=seed, epochs=epochs, unseen=unseen)
    _require_sensible(patients=patients + len(cohorts))
    spines = [
        *simulated_spines(out / "spines", seed, patients, "Simulating", balanced=True),
        *(each for cohort in cohorts for each in _cut_once(out / "cohorts", cohort)),
    ]
    others = simulated_spines(
        out / "unseen", seed + UNSEEN_SEED, unseen, "Simulating others"
    )
    encoder = _trained(out, spines, TrainingSettings(epochs=epochs, seed=seed))
    figures = grading_accuracy(encoder, [_examined(each) for each in others])
    command = (
        f"lbp pretrain {out.name} --patients {patients} --seed {seed} "
        f"--epochs {epochs} --unseen {unseen}{_named(cohorts)}"
    )
    write_weights(out, encoder, command, figures)
    return figures


def simulated_spines(
    folder: Path, seed: int, count: int, doing: str, *, balanced: bool = False
) -> Iterator[Spine]:
    """Yield simulated spines, each simulated once and then kept in a file.

    Args:
        folder: Where they are kept.
        seed: Fixes everything.
        count: How many.
        doing: What the progress is called.
        balanced: Whether rare findings are as common as their absence.
    """
    for number in progress(range(count), doing):
        path = folder / f"{number:05d}.npz"
        if not path.exists():
            try:
                _keep(path, graded_spine(seed, number, balanced=balanced))
            except NotMeasurable:
                continue  # nothing to learn from a spine of which nothing is seen
        yield read_spine_file(path)


def finetune(
    out: Path, gradings: Path, images: Path, *, epochs: int = 20, seed: int = 0
) -> int:
    """Go on training the shipped encoder on spines that radiologists have graded.

    What the table does not grade (canal, fat, roots) teaches nothing and may drift; no
    accuracy is claimed: examine the weights on patients that were kept apart.

    Args:
        out: Folder to fill with weights and manifest.
        gradings: Table in the format of SPIDER's `radiological_gradings.csv`.
        images: Folder with `images/` and `masks/` as SPIDER names them.
        epochs: Passes over the patients.
        seed: The same seed gives the same weights.

    Returns:
        How many patients it learned from.

    Raises:
        InvalidChoice: No patient of the table has images.
        UnreadableFile: The table is not in order; names the line.
    """
    _require_sensible(epochs=epochs, seed=seed)
    found = list(spines_of_gradings(gradings, images))
    if not found:
        raise InvalidChoice(
            f"{images}: no patient of {gradings.name} has images/<patient>_t2 and "
            f"masks/<patient>_t2 there."
        )
    encoder = LevelEncoder()
    encoder.load_state_dict(shipped_encoder().state_dict())
    settings = TrainingSettings(epochs=epochs, seed=seed, learning_rate=FINE_RATE)
    train_encoder(encoder, [as_graded(spine) for _, spine in found], settings, out)
    command = f"lbp pretrain {out.name} --gradings {gradings.name} --epochs {epochs}"
    write_weights(out, encoder, command, {}, learned_from="radiologists' gradings")
    return len(found)


def as_graded(spine: GradedSpine) -> Graded:
    """Return a spine with its truth in the order of the encoder's gradings."""
    truth = [[row.get(name, np.nan) for name in NAMES] for row in spine.gradings]
    return Graded(crops=spine.crops, truth=np.array(truth, dtype=float))


def read_spine_file(path: Path) -> Spine:
    """Return a spine that was kept."""
    with np.load(path, allow_pickle=False) as kept:
        crops, truth, operated = (kept[n] for n in ("crops", "truth", "operated"))
    at = np.flatnonzero(operated)
    return Spine(
        graded=Graded(crops=crops, truth=truth),
        operated=int(at[0]) if at.size else None,
    )


def write_weights(
    out: Path,
    encoder: LevelEncoder,
    command: str,
    figures: Mapping[str, Figure],
    learned_from: str = "simulated spines",
) -> None:
    """Write the weights and, last, the manifest that vouches for them."""
    with atomic_file(out / FILE) as path:
        save_file(encoder.state_dict(), path)
    entry = {
        "file": FILE,
        "sha256": hashlib.sha256((out / FILE).read_bytes()).hexdigest(),
        "architecture": ARCHITECTURE,
        "command": command,
        "learned_from": learned_from,
        "unseen": {name: figure.as_json() for name, figure in figures.items()},
    }
    write_text(out / MANIFEST, json.dumps([entry], indent=1, allow_nan=False) + "\n")


def _cut_once(folder: Path, cohort: Path) -> Iterator[Spine]:
    """Spines of a cohort, which are kept as the simulated ones are."""
    home, done = folder / cohort.resolve().name, "done.json"
    if not (home / done).is_file():
        for patient, spine in progress(spines_of_cohort(cohort), f"Cutting {cohort}"):
            _keep(home / f"{patient}.npz", spine)
        write_text(home / done, "{}")
    yield from (read_spine_file(path) for path in sorted(home.glob("*.npz")))


def _named(cohorts: Sequence[Path]) -> str:
    return " ".join(
        ["", *(["--cohorts"] if cohorts else []), *(c.name for c in cohorts)]
    )


def _keep(path: Path, spine: GradedSpine) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    graded = as_graded(spine)
    with atomic_file(path) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            crops=graded.crops,
            truth=graded.truth,
            operated=np.array(spine.operated),
        )


def _trained(
    out: Path, spines: Sequence[Spine], settings: TrainingSettings
) -> LevelEncoder:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        encoder = LevelEncoder()
    graded = [spine.graded for spine in spines]
    if not (out / CHECKPOINT).is_file():
        threads_first(encoder, graded, settings)
    return calibrated(train_encoder(encoder, graded, settings, folder=out), graded)


def _examined(spine: Spine) -> tuple[Graded, int | None]:
    return spine.graded, spine.operated


def _require_sensible(**numbers: int) -> None:
    for name, number in numbers.items():
        least = 0 if name == "seed" else 1
        if number < least:
            raise InvalidChoice(f"{name} = {number}: must be at least {least}.")
