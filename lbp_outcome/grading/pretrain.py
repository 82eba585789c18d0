"""Making the weights of the X-ray readers from simulated films."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.grading.agreement import Agreement, agreements
from lbp_outcome.grading.films import XrayGrader
from lbp_outcome.grading.training_films import (
    TaughtPatient,
    examples,
    simulate_films,
    true_amounts,
)
from lbp_outcome.radiographs import cobb_deg, height_loss_percent, slip
from lbp_outcome.records import Measurement
from models._xray.corn import corn_loss
from models._xray.findings import FINDINGS
from models._xray.networks import DISCS
from models._xray.reading import ERRORS, FilmReader, FilmReading
from models._xray.training import train_finder, train_levels
from models._xray.weights import VIEWS, write_reader

log = logging.getLogger(__name__)

SET_ASIDE = 0.12
"""Share of the patients whose films teach how large errors are, and nothing else."""

UNSEEN_SEED = 100
"""Added to the seed for the films on which the figures are measured."""

WARMTHS = tuple(round(0.6 + 0.05 * step, 2) for step in range(49))
FEWEST = 10


def pretrain_xray(
    out: Path,
    patients: int = 500,
    seed: int = 9001,
    epochs: int = 38,
    unseen: int = 120,
    processes: int = 1,
) -> dict[str, Agreement]:
    """Simulate X-rays, teach both readers, and write weights with their figures.

    On one core some two hours with these numbers.

    Args:
        out: Folder of weights to write.
        patients: How many simulated patients to learn from.
        seed: Simulates, shuffles and starts the networks.
        epochs: How many times every film is seen.
        unseen: How many other simulated patients to measure the figures on.
        processes: How many films to simulate at a time.

    Returns:
        The agreement with the truth on the unseen patients, by name.

    Raises:
        InvalidChoice: There are too few patients to learn from.
    """
    if min(patients, unseen) < FEWEST or epochs < 1:
        raise InvalidChoice(
            f"patients = {patients}, unseen = {unseen}, epochs = {epochs}: must be at "
            f"least {FEWEST}, {FEWEST} and 1"
        )
    taught = simulate_films(patients, seed, processes)
    aside = max(round(SET_ASIDE * patients), 1)
    readers = [
        tuned(_trained(view, taught[:-aside], epochs, seed), taught[-aside:])
        for view in VIEWS
    ]
    unseen_films = simulate_films(unseen, seed + UNSEEN_SEED, processes)
    command = (
        f"lbp pretrain {Path(out).name} --network xray --patients {patients} "
        f"--seed {seed} --epochs {epochs}"
    )
    return write_with_figures(readers, Path(out), unseen_films, command)


def tuned(reader: FilmReader, aside: Sequence[TaughtPatient]) -> FilmReader:
    """Return the reader after it has learned how large its errors are."""
    view = reader.view
    read = [reader.read(example.film) for example in examples(aside, view)]
    whole = [
        (found, patient)
        for found, patient in zip(read, aside, strict=True)
        if len(found.corners) == DISCS
    ]
    if not whole:
        log.warning("%s: no film set aside was read whole; errors unknown", view)
        return reader
    errors = np.array([_errors(*pair) for pair in whole])
    reader.errors[:] = torch.from_numpy(np.sqrt((errors**2).mean(axis=(0, 2))))
    logits = torch.from_numpy(np.stack([found.logits for found, _ in whole]))
    above = torch.stack([_above(patient, view) for _, patient in whole])
    losses = [float(corn_loss(logits / warmth, above)) for warmth in WARMTHS]
    reader.warmth.fill_(WARMTHS[int(np.argmin(losses))])
    return reader


def write_with_figures(
    readers: Sequence[FilmReader],
    out: Path,
    unseen: Sequence[TaughtPatient],
    command: str,
    remark: str = "",
) -> dict[str, Agreement]:
    """Write the weights of both readers with what they reach on unseen patients.

    Args:
        readers: One for each view.
        out: Folder of weights.
        unseen: Patients from whom nothing was learned.
        command: The command that makes such weights.
        remark: What else a reader of the manifest should know.
    """
    for reader in readers:
        write_reader(reader, out, command=command, figures={})
    grader = XrayGrader(out)
    graded = [_graded(grader, patient) for patient in unseen]
    found = agreements(graded, [patient.truth for patient in unseen])
    figures = {name: agreement.as_figures() for name, agreement in found.items()}
    about: dict[str, object] = {
        "simulated": True,
        "patients": len(unseen),
        "both films": figures,
    }
    if remark:
        about["remark"] = remark
    for reader in readers:
        write_reader(reader, out, command=command, figures=about)
    return found


def _graded(grader: XrayGrader, patient: TaughtPatient) -> tuple[Measurement, ...]:
    """All rows of a patient; none if nothing is found on the films."""
    try:
        return grader.grade(*(patient.films[view].film for view in VIEWS))
    except NotMeasurable as error:
        log.warning("%s", error)
        return ()


def _trained(
    view: str, taught: Sequence[TaughtPatient], epochs: int, seed: int
) -> FilmReader:
    learned_from = examples(taught, view)
    rng = np.random.default_rng([seed, VIEWS.index(view)])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        reader = FilmReader(view)
        train_finder(
            reader.finder, view, learned_from, epochs=epochs, rng=rng, tell=log.info
        )
        train_levels(
            reader.levels, view, learned_from, epochs=epochs, rng=rng, tell=log.info
        )
    return reader.eval()


def _errors(found: FilmReading, patient: TaughtPatient) -> np.ndarray:
    """Errors of what is worked out from corners: one row each, one column per disc."""
    true = patient.films[found.view].corners
    if found.view == "frontal":
        off = cobb_deg(found.corners) - cobb_deg(true)
        return np.vstack([np.full(DISCS, off), np.zeros((ERRORS - 1, DISCS))])
    pairs = zip(slip(found.corners), slip(true), strict=True)
    loss = height_loss_percent(found.corners) - height_loss_percent(true)
    return np.vstack([loss, *(seen - real for seen, real in pairs)])


def _above(patient: TaughtPatient, view: str) -> torch.Tensor:
    above = [
        true_amounts(patient.levels, finding)[:, None] > np.array(finding.limits)
        for finding in FINDINGS[view]
    ]
    return torch.from_numpy(np.stack(above, axis=1))
