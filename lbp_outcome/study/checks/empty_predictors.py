"""Is there a predictor that says the same of everybody, or nothing of anybody?"""

from collections import defaultdict

import numpy as np

from lbp_outcome.study.checks import CHECKS, Check, Examined


def look(examined: Examined) -> tuple[str, ...]:
    """Look at every column; the levels of one category count as one column."""
    view = examined.data.view
    columns: dict[str, list[np.ndarray]] = defaultdict(list)
    for predictor, cells in zip(view.predictors, view.table.T, strict=True):
        columns[predictor.name.partition("=")[0]].append(cells[~np.isnan(cells)])
    return tuple(
        f"{name!r} {'has the same value in' if known[0].size else 'is missing in'} "
        f"all {len(view)} patients"
        for name, known in columns.items()
        if all(len(np.unique(cells)) < 2 for cells in known)
    )


EMPTY_PREDICTORS = CHECKS.add(
    Check(
        code="LBP107",
        name="empty_predictors",
        title="a predictor holds nothing to learn from",
        severity="error",
        stage="before training",
        explanation=(
            "A predictor without any value, or with one value in all patients of the "
            "study, cannot help and hides a mistake: a wrong column, a measurement "
            "that failed everywhere, a cohort that was chosen by it. Remove it or "
            "mend the table; it would be reported as used although it was not."
        ),
        look=look,
    )
)
