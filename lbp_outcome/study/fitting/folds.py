"""The folds of a study, made once, by the scheme that its plan names."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import InvalidChoice, UnknownName
from lbp_outcome.statistics.splits import (
    Fold,
    leave_one_site_out,
    nested_folds,
    site_hold_out,
    temporal_hold_out,
)
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.plan import StudyPlan


def study_folds(plan: StudyPlan, data: StudyData) -> tuple[Fold, ...]:
    """Divide the patients of a study as its plan says.

    Raises:
        InvalidChoice: There are too few patients of either outcome for some fold, or
            a patient has no hospital or no date.
        UnknownName: The column is not in participants.tsv.
    """
    scheme, view = plan.validation, data.view
    assert view.outcome is not None
    common: dict[str, Any] = {"inner": scheme.inner, "seed": plan.seed}
    if scheme.scheme == "cross_validation":
        return nested_folds(
            view.patients,
            view.outcome,
            outer=scheme.outer,
            repeats=scheme.repeats,
            groups=_column(data, scheme.keep_together),
            **common,
        )
    places = _column(data, scheme.by)
    assert places is not None
    if scheme.scheme == "leave_one_site_out":
        return leave_one_site_out(view.patients, view.outcome, places, **common)
    if scheme.scheme == "site_hold_out":
        held_out = str(scheme.held_out)
        return (site_hold_out(view.patients, view.outcome, places, held_out, **common),)
    assert isinstance(scheme.held_out, float)
    when = _in_time(places, scheme.by)
    return (
        temporal_hold_out(view.patients, view.outcome, when, scheme.held_out, **common),
    )


def _column(data: StudyData, name: str | None) -> Sequence[str] | None:
    if name is None:
        return None
    table = data.cohort.participants
    if name not in table:
        raise UnknownName("column of participants.tsv", name, map(str, table.columns))
    cells = table.loc[list(data.view.patients), name]
    if missing := int(cells.isna().sum()):
        raise InvalidChoice(
            f"validation: {missing} patients have no {name!r} in participants.tsv; "
            "fill it in, or validate in another way"
        )
    return [str(cell) for cell in cells]


def _in_time(cells: Sequence[str], column: str) -> Float[np.ndarray, " patients"]:
    """Years or other numbers as they are; dates as days."""
    try:
        return np.array([float(cell) for cell in cells])
    except ValueError:
        pass
    try:
        return np.array([float(date.fromisoformat(cell).toordinal()) for cell in cells])
    except ValueError:
        raise InvalidChoice(
            f"validation: {column!r} does not order patients in time; it must hold "
            "numbers or dates such as 2024-01-31"
        ) from None
