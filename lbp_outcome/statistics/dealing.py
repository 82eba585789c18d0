"""Dealing patients to folds so that every fold holds its share of every stratum."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from lbp_outcome.errors import InvalidChoice

Rows = Int[np.ndarray, "_"]

QUANTILES = 5
"""Strata of a continuous outcome, from its lowest to its highest fifth."""


def divide(
    unit: Rows,
    stratum: Rows,
    rare: bool,
    folds: int,
    seed: tuple[int, ...],
    what: str,
) -> list[tuple[Rows, Rows]]:
    """Divide rows into folds; return the rows outside and inside each.

    If strata may be `rare`, each fold must get its share of every stratum.

    Raises:
        InvalidChoice: Too few patients (or groups) to give each fold its share.
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


def units(patients: Sequence[str], groups: Sequence[str]) -> Rows:
    """Number what must stay together, from 0.

    Raises:
        InvalidChoice: A patient belongs to two groups.
    """
    _, owner = np.unique(np.asarray(patients), return_inverse=True)
    _, unit = np.unique(np.asarray(groups), return_inverse=True)
    if len(owner) != len(unit):
        raise InvalidChoice(f"{len(owner)} patients have {len(unit)} groups.")
    pairs = np.unique(np.column_stack((owner, unit)), axis=0)
    owners, times = np.unique(pairs[:, 0], return_counts=True)
    if (times > 1).any():
        rows = np.flatnonzero(owner == owners[times > 1][0])
        raise InvalidChoice(
            f"{(times > 1).sum()} patients belong to more than one group (the first in "
            f"rows {', '.join(map(str, rows))} of the cohort, counted from 0); folds "
            "that keep groups together cannot then keep patients together."
        )
    return unit


def strata(outcome: Float[np.ndarray, " rows"]) -> Rows:
    """Number what must be spread evenly over the folds, from 0.

    Raises:
        InvalidChoice: An outcome is missing.
    """
    missing = int((~np.isfinite(outcome)).sum())
    if missing:
        raise InvalidChoice(
            f"{missing} of {len(outcome)} patients have no outcome; leave them out "
            "before dividing the cohort."
        )
    if is_binary(outcome):
        return outcome.astype(int)
    cuts = np.quantile(outcome, np.arange(1, QUANTILES) / QUANTILES)
    _, stratum = np.unique(np.searchsorted(cuts, outcome), return_inverse=True)
    return stratum


def is_binary(outcome: Float[np.ndarray, " rows"]) -> bool:
    """Whether the outcome is yes or no, written as 1 and 0."""
    return bool(np.isin(outcome, (0.0, 1.0)).all())


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
