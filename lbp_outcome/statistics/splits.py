"""Who learns and who is predicted: folds of a nested cross-validation."""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass

import numpy as np
from jaxtyping import Float, Int

from lbp_outcome.errors import InvalidChoice

Rows = Int[np.ndarray, "_"]

QUANTILES = 5
"""Strata of a continuous outcome, from its lowest to its highest fifth."""


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
    unit = _units(patients, patients if groups is None else groups)
    stratum = _strata(outcome)
    rare = _is_binary(outcome)
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
            _divide(unit, stratum, rare, outer, (seed, repeat), "outer")
        )
    )


def _refuse_overlap(names: np.ndarray, train: Rows, other: Rows, where: str) -> None:
    both = np.intersect1d(names[train], names[other])
    if both.size:
        raise InvalidChoice(
            f"{where}: {both.size} patients stand on both sides of the split (the "
            f"first is {both[0]}); a model would be tested on patients it has seen."
        )


def _units(patients: Sequence[str], groups: Sequence[str]) -> Rows:
    """Number what must stay together, from 0."""
    names, owner = np.unique(np.asarray(patients), return_inverse=True)
    _, unit = np.unique(np.asarray(groups), return_inverse=True)
    if len(owner) != len(unit):
        raise InvalidChoice(f"{len(owner)} patients have {len(unit)} groups.")
    pairs = np.unique(np.column_stack((owner, unit)), axis=0)
    owners, times = np.unique(pairs[:, 0], return_counts=True)
    if (times > 1).any():
        raise InvalidChoice(
            f"Patient {names[owners[times > 1][0]]} belongs to more than one group; "
            "folds that keep groups together cannot then keep patients together."
        )
    return unit


def _strata(outcome: Float[np.ndarray, " rows"]) -> Rows:
    """Number what must be spread evenly over the folds, from 0."""
    missing = int((~np.isfinite(outcome)).sum())
    if missing:
        raise InvalidChoice(
            f"{missing} of {len(outcome)} patients have no outcome; leave them out "
            "before dividing the cohort."
        )
    if _is_binary(outcome):
        return outcome.astype(int)
    cuts = np.quantile(outcome, np.arange(1, QUANTILES) / QUANTILES)
    _, stratum = np.unique(np.searchsorted(cuts, outcome), return_inverse=True)
    return stratum


def _is_binary(outcome: Float[np.ndarray, " rows"]) -> bool:
    return bool(np.isin(outcome, (0.0, 1.0)).all())


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
    pairs = _divide(unit[train], stratum[train], rare, folds, seed, "inner")
    return tuple((train[learn], train[validate]) for learn, validate in pairs)


def _divide(
    unit: Rows,
    stratum: Rows,
    rare: bool,
    folds: int,
    seed: tuple[int, ...],
    what: str,
) -> list[tuple[Rows, Rows]]:
    """Divide rows into folds; return the rows outside and inside each.

    If strata may be `rare`, each fold must get its share of every stratum.
    """
    _, unit = np.unique(unit, return_inverse=True)
    contents = np.zeros((unit.max() + 1, stratum.max() + 1), dtype=int)
    np.add.at(contents, (unit, stratum), 1)
    if rare:
        _require_both_outcomes(contents, folds, what)
    elif len(contents) < folds:
        raise InvalidChoice(
            f"{len(contents)} patients (or groups) cannot fill {folds} {what} folds."
        )
    fold = _deal(contents, folds, np.random.default_rng(seed))[unit]
    return [
        (np.flatnonzero(fold != number), np.flatnonzero(fold == number))
        for number in range(folds)
    ]


def _require_both_outcomes(
    contents: Int[np.ndarray, "units strata"], folds: int, what: str
) -> None:
    """Refuse when some fold would hold nobody with, or nobody without, the outcome."""
    without, having = np.pad((contents > 0).sum(axis=0), (0, 1))[:2]
    if min(without, having) < folds:
        raise InvalidChoice(
            f"{folds} {what} folds need at least {folds} patients (or groups) with and "
            f"as many without the outcome, but there are {having} and {without}; use "
            "fewer folds, or an outcome that is less rare."
        )


def _deal(
    contents: Int[np.ndarray, "units strata"], folds: int, chance: np.random.Generator
) -> Rows:
    """Give each unit to the fold that holds the least of its kind, largest first.

    Like dealing cards suit by suit: equal units are spread so that folds differ by at
    most one per stratum; ties go to the smallest fold.
    """
    held = np.zeros((folds, contents.shape[1]), dtype=int)
    fold_of = np.zeros(len(contents), dtype=int)
    tie_break = chance.permutation(folds)
    shuffled = chance.permutation(len(contents))
    kind, size = contents.argmax(axis=1), contents.sum(axis=1)
    order = shuffled[np.lexsort((kind[shuffled], -size[shuffled]))]
    rarity = contents / contents.sum(axis=0).clip(min=1)
    for unit in order:
        alike = (held @ rarity[unit]).round(12)
        best = np.lexsort((tie_break, held.sum(axis=1), alike))[0]
        fold_of[unit] = best
        held[best] += contents[unit]
    return fold_of
