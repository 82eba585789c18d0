"""Every fit of a study: out of fold, on all patients, with outcomes dealt anew."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lbp_outcome.statistics.splits import Fold
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.fitting.cross_validation import (
    FoldResult,
    final_work,
    fold_result,
    fold_work,
    optimism_works,
    permuted_works,
)
from lbp_outcome.study.fitting.folds import study_folds
from lbp_outcome.study.fitting.refit import Refit, Refitted
from lbp_outcome.study.fitting.refitting import refit_all
from lbp_outcome.study.plan import StudyPlan


@dataclass(frozen=True, eq=False, kw_only=True)
class StudyFits:
    """Everything that was fitted.

    Attributes:
        folds: Every model on every fold, in the order of the plan.
        final: Every model on all patients.
        permuted: Fits to outcomes that were dealt out anew, with their folds.
        resampled: Fits to resampled patients; empty where none were asked for.
    """

    folds: tuple[FoldResult, ...]
    final: Mapping[str, Refitted]
    permuted: tuple[tuple[Fold, Refit, Refitted], ...]
    resampled: tuple[tuple[Refit, Refitted], ...]


def fit_study(
    plan: StudyPlan,
    data: StudyData,
    workbench: Path,
    *,
    processes: int | None = None,
    on_fold: Callable[[FoldResult], None] = lambda result: None,
) -> StudyFits:
    """Fit every model on every fold, and whatever else the plan asks for.

    Args:
        plan: The analysis plan.
        data: The patients.
        workbench: Where finished work is kept until the study is done.
        processes: How many fits at a time; all cores by default.
        on_fold: Told of each fold as it comes.
    """
    planned = [
        (fold, fold_work(model, fold, plan.seed))
        for model in plan.every_model
        for fold in study_folds(plan, data)
    ]
    dealt = permuted_works(plan, data)
    works = [
        *(work for _, work in planned),
        *(final_work(plan, model, data) for model in plan.every_model),
        *(work for _, work in dealt),
        *optimism_works(plan, data),
    ]
    fold_of = {work.key: fold for fold, work in planned}
    done: list[tuple[Refit, Refitted]] = []
    results: list[FoldResult] = []
    for work, found in refit_all(works, data.view, workbench, processes=processes):
        done.append((work, found))
        if work.key in fold_of:
            results.append(fold_result(fold_of[work.key], work, found))
            on_fold(results[-1])
    return _sorted(plan, tuple(results), done[len(planned) :], dealt)


def _sorted(
    plan: StudyPlan,
    folds: tuple[FoldResult, ...],
    others: Sequence[tuple[Refit, Refitted]],
    dealt: Sequence[tuple[Fold, Refit]],
) -> StudyFits:
    models = len(plan.every_model)
    final, rest = others[:models], others[models:]
    permuted, resampled = rest[: len(dealt)], rest[len(dealt) :]
    return StudyFits(
        folds=folds,
        final={work.model.name: found for work, found in final},
        permuted=tuple(
            (fold, work, found)
            for (fold, _), (work, found) in zip(dealt, permuted, strict=True)
        ),
        resampled=tuple(resampled),
    )
