"""Who learns and who is predicted: folds of a nested cross-validation."""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from lbp_outcome.errors import InvalidChoice, UnknownName
from lbp_outcome.statistics.dealing import Rows, divide, is_binary, strata, units

FEWEST_HELD_OUT = 10
"""Patients below which a hospital or a period of its own can show nothing."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Fold:
    """One outer fold: who trains, who is held out, and the inner folds of training.

    All numbers are rows of the cohort. Settings are chosen on the inner folds only.

    Attributes:
        repeat: Repeat of the cross-validation, from 0.
        fold: Fold of the repeat, from 0.
        train: Rows to learn from.
        held_out: Rows to predict.
        inner: Pairs of rows to learn from and rows to validate on, all from `train`.
        patients: Pseudonym of every row of the cohort; checked and not kept.

    Raises:
        InvalidChoice: A patient stands on both sides of a split, or an inner fold
            reaches beyond the training rows.
    """

    repeat: int
    fold: int
    train: Int[np.ndarray, " train"]
    held_out: Int[np.ndarray, " held_out"]
    inner: tuple[tuple[np.ndarray, np.ndarray], ...] = ()
    patients: InitVar[Sequence[str]]

    def __post_init__(self, patients: Sequence[str]) -> None:
        names = np.asarray(patients)
        where = f"repeat {self.repeat}, fold {self.fold}"
        _refuse_overlap(names, self.train, self.held_out, where)
        for number, (train, validation) in enumerate(self.inner):
            _refuse_overlap(names, train, validation, f"{where}, inner fold {number}")
            if not np.isin(np.concatenate((train, validation)), self.train).all():
                raise InvalidChoice(
                    f"{where}: inner fold {number} reaches beyond the training rows."
                )


def nested_folds(
    patients: Sequence[str],
    outcome: Float[np.ndarray, " rows"],
    *,
    outer: int,
    inner: int,
    repeats: int,
    seed: int,
    groups: Sequence[str] | None = None,
) -> tuple[Fold, ...]:
    """Divide a cohort into folds with the share of patients with the outcome alike.

    All rows of a patient stay together; with `groups` (say, the hospital) all rows of
    a group do. With one row per patient, folds of a repeat differ by at most one
    patient with the outcome and by at most one patient in size. A continuous outcome
    is balanced by its fifths.

    Args:
        patients: Pseudonym of each row.
        outcome: Outcome of each row: 0 or 1, or any numbers.
        outer: Folds that estimate performance.
        inner: Folds inside each training set that choose settings; 0 for none.
        repeats: How often to divide the cohort anew.
        seed: Makes the folds repeatable.
        groups: What else must stay together; patients by default.

    Raises:
        InvalidChoice: Fewer than two folds, a patient in two groups, a missing
            outcome, or too few patients (or groups) of either outcome for each fold
            to hold one.
    """
    unit = units(patients, patients if groups is None else groups)
    stratum = strata(outcome)
    rare = is_binary(outcome)
    if outer < 2 or inner == 1 or inner < 0 or repeats < 1:
        raise InvalidChoice(
            "Nested cross-validation needs at least 2 outer folds, 2 inner folds (or "
            f"0 for none) and 1 repeat, got outer={outer}, inner={inner} and "
            f"repeats={repeats}."
        )
    return tuple(
        Fold(
            repeat=repeat,
            fold=fold,
            train=train,
            held_out=held_out,
            inner=_inner(unit, stratum, rare, train, inner, (seed, repeat, fold + 1)),
            patients=patients,
        )
        for repeat in range(repeats)
        for fold, (train, held_out) in enumerate(
            divide(unit, stratum, rare, outer, (seed, repeat), "outer")
        )
    )


def leave_one_site_out(
    patients: Sequence[str],
    outcome: Float[np.ndarray, " rows"],
    sites: Sequence[str],
    *,
    inner: int,
    seed: int,
    fewest: int = FEWEST_HELD_OUT,
) -> tuple[Fold, ...]:
    """Hold out each hospital once, to see whether the model travels.

    Fold 0 is the first hospital by name. The inner folds mix the other hospitals.

    Args:
        patients: Pseudonym of each row.
        outcome: Outcome of each row: 0 or 1, or any numbers.
        sites: Hospital of each row.
        inner: Folds inside each training set that choose settings; 0 for none.
        seed: Makes the inner folds repeatable.
        fewest: Patients below which a hospital is not worth holding out.

    Raises:
        InvalidChoice: Fewer than two hospitals, a patient in two, or a hospital that
            is too small or knows only one outcome.
    """
    names = np.unique(np.asarray(sites))
    if len(names) < 2:
        raise InvalidChoice(
            "Leaving one hospital out needs patients of at least two hospitals; "
            f"all {len(sites)} rows are of {names[0]}."
        )
    units(patients, sites)
    return tuple(
        _hold_out(
            patients,
            outcome,
            np.asarray(sites) == name,
            what=f"Hospital {name}",
            inner=inner,
            seed=(seed, fold),
            fewest=fewest,
            fold=fold,
        )
        for fold, name in enumerate(names)
    )


def site_hold_out(
    patients: Sequence[str],
    outcome: Float[np.ndarray, " rows"],
    sites: Sequence[str],
    held_out: str,
    *,
    inner: int,
    seed: int,
    fewest: int = FEWEST_HELD_OUT,
) -> Fold:
    """Hold out one hospital; learn from all others.

    Arguments as for `leave_one_site_out`.

    Raises:
        UnknownName: No patient is of this hospital; offers the nearest.
        InvalidChoice: As for `leave_one_site_out`.
    """
    if held_out not in sites:
        raise UnknownName("hospital of this cohort", held_out, sorted(set(sites)))
    units(patients, sites)
    return _hold_out(
        patients,
        outcome,
        np.asarray(sites) == held_out,
        what=f"Hospital {held_out}",
        inner=inner,
        seed=(seed, 0),
        fewest=fewest,
    )


def temporal_hold_out(
    patients: Sequence[str],
    outcome: Float[np.ndarray, " rows"],
    operated: Float[np.ndarray, " rows"],
    share: float,
    *,
    inner: int,
    seed: int,
    fewest: int = FEWEST_HELD_OUT,
) -> Fold:
    """Learn from the patients operated first; hold out those operated last.

    Patients operated on the same day stay together, so the held-out share may be a
    little smaller than asked. Rows of one patient go by the last of their dates, so
    that nothing is learned from after the cut.

    Args:
        patients: Pseudonym of each row.
        outcome: Outcome of each row: 0 or 1, or any numbers.
        operated: When each row was operated, in any unit that grows with time.
        share: Share of the patients to hold out, 0 to 1.
        inner: Folds inside the training set that choose settings; 0 for none.
        seed: Makes the inner folds repeatable.
        fewest: Patients below which a period is not worth holding out.

    Raises:
        InvalidChoice: A missing date, a share that is not between 0 and 1, or a part
            that is too small or knows only one outcome.
    """
    undated = int((~np.isfinite(operated)).sum())
    if undated:
        raise InvalidChoice(f"{undated} of {len(operated)} rows have no date.")
    if not 0 < share < 1:
        raise InvalidChoice(f"A share to hold out lies between 0 and 1, not {share:g}.")
    _, owner = np.unique(np.asarray(patients), return_inverse=True)
    last = np.full(owner.max() + 1, -np.inf)
    np.maximum.at(last, owner, operated)
    training = int(np.ceil((1 - share) * len(last) - 1e-9))
    cut = np.sort(last)[training - 1]
    return _hold_out(
        patients,
        outcome,
        (last > cut)[owner],
        what="The period held out",
        inner=inner,
        seed=(seed, 0),
        fewest=fewest,
    )


def _hold_out(
    patients: Sequence[str],
    outcome: Float[np.ndarray, " rows"],
    held_out: Bool[np.ndarray, " rows"],
    *,
    what: str,
    inner: int,
    seed: tuple[int, ...],
    fewest: int,
    fold: int = 0,
) -> Fold:
    """Hold out some rows, if both sides can be learned from or judged by."""
    if inner == 1 or inner < 0:
        raise InvalidChoice(f"Use 2 inner folds or more, or 0 for none, not {inner}.")
    stratum, rare = strata(outcome), is_binary(outcome)
    names = np.asarray(patients)
    for rows, side in ((held_out, what), (~held_out, "What is left to train on")):
        _require_enough(names[rows], outcome[rows], rare, fewest, side)
    unit, train = units(patients, patients), np.flatnonzero(~held_out)
    return Fold(
        repeat=0,
        fold=fold,
        train=train,
        held_out=np.flatnonzero(held_out),
        inner=_inner(unit, stratum, rare, train, inner, seed),
        patients=patients,
    )


def _require_enough(
    names: np.ndarray,
    outcome: Float[np.ndarray, " rows"],
    rare: bool,
    fewest: int,
    side: str,
) -> None:
    count = len(np.unique(names))
    if count < fewest:
        raise InvalidChoice(
            f"{side} has {count} patients, fewer than {fewest}; hold out more, or "
            "join hospitals or periods under one name."
        )
    if rare and outcome.min() == outcome.max():
        raise InvalidChoice(
            f"{side}: {int(outcome.sum())} of {len(outcome)} rows have the outcome; "
            "a model can be judged only with both outcomes."
        )


def _refuse_overlap(names: np.ndarray, train: Rows, other: Rows, where: str) -> None:
    both = np.intersect1d(names[train], names[other])
    if both.size:
        raise InvalidChoice(
            f"{where}: {both.size} patients stand on both sides of the split; a model "
            "would be tested on patients it has seen."
        )


def _inner(
    unit: Rows,
    stratum: Rows,
    rare: bool,
    train: Rows,
    folds: int,
    seed: tuple[int, ...],
) -> tuple[tuple[Rows, Rows], ...]:
    if folds == 0:
        return ()
    pairs = divide(unit[train], stratum[train], rare, folds, seed, "inner")
    return tuple((train[learn], train[validate]) for learn, validate in pairs)
