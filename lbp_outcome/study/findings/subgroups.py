"""Performance of the models that matter most, group by group."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from lbp_outcome.errors import UnknownName
from lbp_outcome.statistics.subgroups import (
    SubgroupPerformance,
    bands,
    subgroup_performance,
)
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.findings.evaluation import out_of_fold
from lbp_outcome.study.plan import StudyPlan

AGE_CUTS = np.array([60.0, 70.0, 80.0])
"""Where the age bands of the subgroups part [years]."""

NOT_RECORDED = "not recorded"
Subgroups = Mapping[str, tuple[SubgroupPerformance, ...]]


def subgroups_by_model(
    plan: StudyPlan, data: StudyData, rows: Mapping[str, pd.DataFrame]
) -> Mapping[str, Subgroups]:
    """Return, by model and column, the performance in each group of patients.

    Only the reference and the headline model are shown: with every model some group
    would stand out by chance. A column that the cohort lacks is left out.

    Raises:
        UnknownName: A column of the plan is neither a standard one nor in the table.
    """
    if plan.endpoint.kind == "continuous":
        return {}
    table = data.cohort.participants
    for name in plan.subgroups:
        if name not in table and name not in StudyPlan.subgroups:
            raise UnknownName("column of participants.tsv", name, table.columns)
    shown = [name for name in (plan.reference, plan.headline) if name is not None]
    return {
        model: {
            column: _in_groups(plan, table[column], rows[model])
            for column in plan.subgroups
            if column in table
        }
        for model in shown
    }


def _in_groups(
    plan: StudyPlan, column: "pd.Series[str]", rows: pd.DataFrame
) -> tuple[SubgroupPerformance, ...]:
    found = out_of_fold(rows)
    groups = _groups(column.loc[list(found.patients)])
    return subgroup_performance(
        found, groups, replicates=plan.validation.bootstrap, seed=plan.seed
    )


def _groups(column: "pd.Series[str]") -> Sequence[str]:
    if column.name != "age":
        return [NOT_RECORDED if pd.isna(cell) else str(cell) for cell in column]
    ages = pd.to_numeric(column).to_numpy(dtype=float)
    named = np.full(len(ages), NOT_RECORDED, dtype=object)
    known = ~np.isnan(ages)
    named[known] = bands(ages[known], AGE_CUTS, "years")
    return [str(name) for name in named]
