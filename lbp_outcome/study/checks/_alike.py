"""Rows of a table that are the same although chance would not make them so."""

from collections import defaultdict

import numpy as np
from jaxtyping import Bool, Float
from scipy.stats import rankdata

TOLERATED = 0.02
"""Pairs of equal rows that chance may be expected to make in the whole cohort."""

TOGETHER = 0.7
"""Rank correlation above which two columns count as one, since they agree together."""

Table = Float[np.ndarray, "patients columns"]


def rows_alike(
    table: Table, telling: Bool[np.ndarray, " columns"] | None = None
) -> list[list[int]]:
    """Return groups of rows that hold the same, gaps included, but not by chance.

    Chance is the expected number of equal pairs if the columns were independent; of
    columns that go together only the most telling counts.

    Args:
        table: One row per patient, NaN for a gap.
        telling: Columns by which chance is judged; all by default.
    """
    groups = defaultdict(list)
    for row, cells in enumerate(np.where(np.isnan(table), np.nan, table) + 0.0):
        groups[cells.tobytes()].append(row)
    twice = [rows for rows in groups.values() if len(rows) > 1]
    if not twice:
        return []
    telling = np.ones(table.shape[1], dtype=bool) if telling is None else telling
    agreement = _agreement(table)
    order = [column for column in np.argsort(agreement).tolist() if telling[column]]
    pairs = len(table) * (len(table) - 1) / 2
    alone = _independent(table, order)
    return [
        rows
        for rows in twice
        if pairs * _by_chance(table[rows[0]], agreement, alone) < TOLERATED
    ]


def _agreement(table: Table) -> Float[np.ndarray, " columns"]:
    """Chance that two patients have the same value, by column."""
    shares = np.ones(table.shape[1])
    for column, cells in enumerate(table.T):
        known = cells[~np.isnan(cells)]
        if known.size:
            times = np.unique(known, return_counts=True)[1]
            shares[column] = ((times / len(known)) ** 2).sum()
    return shares


def _independent(table: Table, order: list[int]) -> list[int]:
    """Keep the most telling of columns that go together."""
    ranks = np.apply_along_axis(_centred_ranks, 0, table)
    length = np.sqrt((ranks**2).sum(axis=0))
    ranks = ranks / np.where(length > 0, length, 1.0)
    kept: list[int] = []
    for column in order:
        near = np.abs(ranks[:, kept].T @ ranks[:, column]) if kept else np.zeros(1)
        if length[column] > 0 and near.max() < TOGETHER:
            kept.append(column)
    return kept


def _centred_ranks(cells: Float[np.ndarray, " rows"]) -> Float[np.ndarray, " rows"]:
    known = ~np.isnan(cells)
    ranks = np.zeros(len(cells))
    if known.any():
        of_known = rankdata(cells[known])
        ranks[known] = of_known - of_known.mean()
    return ranks


def _by_chance(
    row: Float[np.ndarray, " columns"],
    agreement: Float[np.ndarray, " columns"],
    columns: list[int],
) -> float:
    known = [column for column in columns if not np.isnan(row[column])]
    return float(np.prod(agreement[known]))
