"""A cohort as tables of numbers, and where its patients stand."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float

from lbp_outcome.cohort.folder import Cohort
from lbp_outcome.visits import BASELINE, VISITS

AFTER_SURGERY = tuple(visit for visit in VISITS if visit != BASELINE)
MANY = 6
"""More lines than this are not listed."""


Scores = dict[tuple[str, str], Float[np.ndarray, " patients"]]


def scores_by_visit(
    cohort: Cohort, patients: Sequence[str], visits: Collection[str]
) -> Scores:
    """Return the numbers of every visit and score; NaN for a gap."""
    rows = [
        {
            (visit, name): score.value
            for visit in visits
            for name, score in cohort.scores_at(patient, visit).items()
            if score.value is not None
        }
        for patient in patients
    ]
    keys = sorted({key for row in rows for key in row})
    return {key: np.array([row.get(key, np.nan) for row in rows]) for key in keys}


def participants_table(cohort: Cohort) -> Float[np.ndarray, "patients columns"]:
    """Return participants.tsv in numbers; words are numbered as they come."""
    columns = [
        _numbers(cohort.participants[name], name in _numeric(cohort))
        for name in cohort.participants
    ]
    table = np.array(columns, dtype=float)
    return table.reshape(len(columns), len(cohort.participants)).T


def lines(cohort: Cohort, patients: Collection[str]) -> str:
    """Say where patients stand, without their pseudonyms.

    The first patient stands in line 2, below the names of the columns.
    """
    line = {patient: row + 2 for row, patient in enumerate(cohort.patients)}
    found = sorted(line[patient] for patient in patients)
    shown = ", ".join(map(str, found[:MANY]))
    more = f" and {len(found) - MANY} more" if len(found) > MANY else ""
    return f"lines {shown}{more} of participants.tsv"


def _numeric(cohort: Cohort) -> set[str]:
    return {name for name, item in cohort.columns.items() if item.kind == "number"}


def _numbers(cells: "pd.Series[float]", numeric: bool) -> Float[np.ndarray, " rows"]:
    if numeric:
        return pd.to_numeric(cells).to_numpy(dtype=float, na_value=np.nan)
    codes = pd.factorize(cells)[0].astype(float)
    return np.where(codes < 0, np.nan, codes)
