"""Nested cross-validation of a penalised regression, beside scikit-learn's.

By hand, from the top folder: `OMP_NUM_THREADS=1 python -m benchmarks.nested_cv`.

Everybody gets the same patients, folds and penalties, on one core, and must choose the
same penalty in every fold and predict the same for every patient left out before the
clock counts. The table is complete, for scikit-learn's pipeline has no indicator of
being missing.
"""

import time
from dataclasses import replace

import numpy as np
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lbp_outcome.simulate.planted_views import planted_table
from lbp_outcome.statistics.splits import nested_folds
from lbp_outcome.study.fitting.refit import fit_predict
from lbp_outcome.study.fitting.settings_choice import choose_settings
from models import MODELS

PATIENTS, PREDICTORS = 160, 16
OUTER, INNER = 10, 5
STRENGTHS = np.logspace(-3, 1, 20)
REPEATS = 2
"""Times each way is run; the fastest counts."""

PRECISE = {"tol": 1e-10, "max_iter": 10_000}
"""At scikit-learn's own tolerance its predictions are off in the fourth decimal."""


def main():
    """Print one line per way."""
    view, folds = cohort()
    print(
        f"{PATIENTS} simulated patients, {PREDICTORS} predictors, {OUTER} outer x "
        f"{INNER} inner folds x {len(STRENGTHS)} penalties = "
        f"{OUTER * INNER * len(STRENGTHS)} fits and {OUTER} refits"
    )
    print(f"{'':60}{'[ms]':>9}{'ours is':>11}")
    logistic(view, folds)
    linear(replace(view, outcome=50 + 10 * view.outcome + view.table[:, 2]))


def cohort():
    """Patients whose outcome follows weakly from three of the predictors."""
    weights = (0.8, -0.5, 0.3) + (0.0,) * (PREDICTORS - 3)
    view = planted_table(PATIENTS, seed=1, weights=weights)
    return view, divided(view)


def divided(view):
    """The folds of the study engine, the same for everybody."""
    return nested_folds(
        view.patients, view.outcome, outer=OUTER, inner=INNER, repeats=1, seed=1
    )


def logistic(view, folds):
    """Ridge logistic regression, settings chosen by log loss."""
    recipe = with_grid("logistic", "C", STRENGTHS)
    ours, quick = timed(lambda: engine(recipe, view, folds))
    one_by_one = replace(recipe, fit_all=None)
    same(
        ours, *report("ours, one fit at a time", engine, quick, one_by_one, view, folds)
    )
    label = "GridSearchCV, tolerance 1e-10"
    model = LogisticRegression(**PRECISE)
    same(ours, *report(label, searched, quick, model, "neg_log_loss", view, folds))
    label = "GridSearchCV, default tolerance (not equal)"
    model = LogisticRegression(max_iter=10_000)
    report(label, searched, quick, model, "neg_log_loss", view, folds)
    label = "LogisticRegressionCV, newton-cholesky, tolerance 1e-10"
    same(ours, *report(label, path, quick, view, folds), choice=False)
    print(f"{'ours, through the study engine':60}{1e3 * quick:9.0f}")


def linear(view):
    """Ridge regression of a number, settings chosen by squared error."""
    folds = divided(view)
    recipe = with_grid("ridge", "penalty", 1 / STRENGTHS)
    ours, quick = timed(lambda: engine(recipe, view, folds))
    label, scoring = "GridSearchCV of Ridge (a number)", "neg_mean_squared_error"
    same(ours, *report(label, searched, quick, Ridge(), scoring, view, folds))
    print(f"{'ours, a number, through the study engine':60}{1e3 * quick:9.0f}")


def with_grid(name, setting, values):
    """Our recipe with the penalties of the comparison."""
    grid = tuple({setting: float(value)} for value in values)
    return replace(MODELS[name], grid=grid)


def engine(recipe, view, folds):
    """What `lbp study` does for each outer fold."""
    chosen, predicted = [], np.full(len(view), np.nan)
    for fold in folds:
        settings = choose_settings(recipe, view, fold.inner, 0)
        train, others = view.drawn(fold.train), view.take(fold.held_out)
        _, predicted[fold.held_out] = fit_predict(recipe, train, others, settings, 0)
        (value,) = settings.values()
        chosen.append(value)
    return np.array(chosen), predicted


def searched(model, scoring, view, folds):
    """What everybody writes: a pipeline in a grid search, one per outer fold."""
    binary = isinstance(model, LogisticRegression)
    name = type(model).__name__.lower()
    grid = {f"{name}__C": STRENGTHS} if binary else {f"{name}__alpha": 1 / STRENGTHS}
    chosen, predicted = [], np.full(len(view), np.nan)
    for fold in folds:
        pipeline = make_pipeline(StandardScaler(), model)
        search = GridSearchCV(pipeline, grid, scoring=scoring, cv=inner(fold), n_jobs=1)
        search.fit(view.table[fold.train], view.outcome[fold.train])
        others = view.table[fold.held_out]
        predicted[fold.held_out] = (
            search.predict_proba(others)[:, 1] if binary else search.predict(others)
        )
        chosen.append(*search.best_params_.values())
    return np.array(chosen), predicted


def path(view, folds):
    """The quicker way in scikit-learn, which scales on the outer training patients.

    Its inner folds have then seen each other's scale, so that it may choose otherwise:
    it is timed, and its predictions are compared where the choice is the same.
    """
    chosen, predicted = [], np.full(len(view), np.nan)
    for fold in folds:
        search = LogisticRegressionCV(
            Cs=STRENGTHS,
            cv=inner(fold),
            scoring="neg_log_loss",
            solver="newton-cholesky",
            l1_ratios=(0.0,),
            use_legacy_attributes=False,
            n_jobs=1,
            **PRECISE,
        )
        pipeline = make_pipeline(StandardScaler(), search)
        pipeline.fit(view.table[fold.train], view.outcome[fold.train])
        predicted[fold.held_out] = pipeline.predict_proba(view.table[fold.held_out])[
            :, 1
        ]
        chosen.append(float(search.C_))
    return np.array(chosen), predicted


def inner(fold):
    """Inner folds as row numbers of the outer training set."""
    row = {number: place for place, number in enumerate(fold.train)}
    return [
        ([row[number] for number in train], [row[number] for number in held_out])
        for train, held_out in fold.inner
    ]


def same(ours, chosen, predicted, *, choice=True):
    """Refuse to compare the speed of two ways that do not agree."""
    if choice:
        np.testing.assert_allclose(chosen, ours[0], rtol=1e-12)
        np.testing.assert_allclose(predicted, ours[1], rtol=0, atol=1e-6)
    else:
        agreed = np.isclose(chosen, ours[0], rtol=1e-12).mean()
        print(f"{'':4}chooses the same penalty in {agreed:.0%} of the outer folds")


def report(label, way, quick, *arguments):
    """Time a way and print how many times faster ours is."""
    found, seconds = timed(lambda: way(*arguments))
    print(f"{label:60}{1e3 * seconds:9.0f}{seconds / quick:10.1f}x")
    return found


def timed(way):
    """What it returns, and the fastest of a few runs in seconds."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        found = way()
        seconds.append(time.perf_counter() - start)
    return found, min(seconds)


if __name__ == "__main__":
    main()
