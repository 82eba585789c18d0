"""Our statistics beside the usual way to compute them: equal first, then faster.

By hand, from the top folder: `OMP_NUM_THREADS=1 python -m benchmarks.stats`. Times are
of the processor, so that other work on the machine does not count. Comparisons with
dcurves, MLstatkit and confidenceinterval are left out where these are not installed:
`pip install --target FOLDER dcurves MLstatkit confidenceinterval`, then
`PYTHONPATH=FOLDER`.
"""

import time
import warnings
from functools import partial
from importlib.util import find_spec

import numpy as np
from scipy.special import expit, logit
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

from lbp_outcome.statistics.bootstrap import patient_weights
from lbp_outcome.statistics.brier import weighted_brier
from lbp_outcome.statistics.calibration import weighted_calibration_slope
from lbp_outcome.statistics.discrimination import (
    delong_interval,
    delong_test,
    weighted_auc_within_folds,
)
from lbp_outcome.statistics.ici import weighted_ici
from lbp_outcome.statistics.kappa import weighted_kappa
from lbp_outcome.statistics.net_benefit import (
    decision_curve,
    net_benefit,
    weighted_net_benefit,
)
from lbp_outcome.statistics.performance import performance
from lbp_outcome.statistics.precision_recall import (
    precision_recall_curve,
    weighted_average_precision,
    weighted_precision,
)
from lbp_outcome.statistics.restricted_spline import RestrictedSpline
from lbp_outcome.statistics.roc_curve import roc_curve, weighted_sensitivity

REPLICATES = 2000
SLOW = 200
"""Resamples given to the slower way where 2,000 would take minutes; scaled up."""
SLOWEST = 10
"""Resamples given to dcurves, which needs some 70 ms for each; scaled up."""


def main() -> None:
    """Print one line per comparison."""
    print(f"{'':46}{'n':>6}{'usual [ms]':>13}{'ours [ms]':>11}{'ratio':>8}")
    for n in (160, 2000):
        bootstrap_of_auc(n)
    bootstrap_of_average_precision(160)
    bootstrap_of_brier(160)
    bootstrap_of_slope(160)
    bootstrap_of_ici(160)
    bootstrap_of_kappa(160)
    roc_bands(160)
    precision_recall_bands(160)
    for n in (160, 2000, 20_000):
        delong(n)
    delong_of_peers(160)
    net_benefits(160)
    decision_curve_bands(160)
    whole_report(160)


def cohort(n):
    """Outcomes, probabilities and names of patients with a known risk."""
    chance = np.random.default_rng(0)
    risk = expit(chance.normal(0.8, 0.8, n))
    outcome = (chance.random(n) < risk).astype(float)
    return outcome, risk, [f"sub-{i}" for i in range(n)]


def bootstrap_of_auc(n):
    """2,000 resampled AUCs: scikit-learn one by one, and ours from one sort."""
    outcome, risk, names = cohort(n)
    one = partial(metrics.roc_auc_score, outcome, risk)
    ours = partial(weighted_auc_within_folds, outcome, risk, np.zeros(n, dtype=int))
    resampled("2,000 resampled AUCs", one, ours, names)


def bootstrap_of_average_precision(n):
    """2,000 resampled average precisions."""
    outcome, risk, names = cohort(n)
    one = partial(metrics.average_precision_score, outcome, risk)
    ours = partial(weighted_average_precision, outcome, risk)
    resampled("2,000 resampled average precisions", one, ours, names)


def bootstrap_of_brier(n):
    """2,000 resampled Brier scores."""
    outcome, risk, names = cohort(n)
    one = partial(metrics.brier_score_loss, outcome, risk)
    ours = partial(weighted_brier, outcome, risk)
    resampled("2,000 resampled Brier scores", one, ours, names)


def bootstrap_of_slope(n):
    """2,000 resampled calibration slopes: one Newton per resample, and all at once."""
    outcome, risk, names = cohort(n)
    line = logit(risk)[:, None]

    def one(sample_weight):
        return newton().fit(line, outcome, sample_weight=sample_weight).coef_[0, 0]

    ours = partial(weighted_calibration_slope, outcome, risk)
    resampled("2,000 resampled calibration slopes", one, ours, names, within=1e-6)


def bootstrap_of_ici(n):
    """2,000 resampled calibration errors: a spline for each resample."""
    outcome, risk, names = cohort(n)
    spline = RestrictedSpline(logit(risk))(logit(risk))[:, 1:]

    def one(sample_weight):
        model = newton().fit(spline, outcome, sample_weight=sample_weight)
        away = np.abs(model.predict_proba(spline)[:, 1] - risk)
        return np.average(away, weights=sample_weight)

    ours = partial(weighted_ici, outcome, risk)
    resampled("2,000 resampled ICIs", one, ours, names, within=1e-6)


def bootstrap_of_kappa(n):
    """2,000 resampled quadratic-weighted kappas."""
    _, risk, names = cohort(n)
    first = np.floor(risk * 5)
    second = np.clip(first + np.random.default_rng(1).integers(-1, 2, n), 0, 4)
    one = partial(metrics.cohen_kappa_score, first, second, weights="quadratic")
    ours = partial(weighted_kappa, first, second)
    resampled("2,000 resampled quadratic kappas", one, ours, names)


def newton():
    """Return scikit-learn's fastest logistic regression of few terms, unpenalised."""
    return LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10)


def resampled(what, one, ours, names, within=1e-9):
    """Compare resamples one by one with all at once, resampling included in ours."""
    (weights,) = patient_weights(names, replicates=SLOW, seed=0, block=10**9)
    usual, slow = timed(lambda: [one(sample_weight=row) for row in weights], 1)
    np.testing.assert_allclose(ours(weights), usual, rtol=within, atol=within)
    _, fast = timed(
        lambda: [
            ours(block)
            for block in patient_weights(names, replicates=REPLICATES, seed=0)
        ]
    )
    report(what, len(names), slow * REPLICATES / SLOW, fast)


def roc_bands(n):
    """A ROC curve with its band: scikit-learn's curves at 101 rates, and ours."""
    outcome, risk, names = cohort(n)
    rates = np.linspace(0, 1, 101)

    def one(row):
        found = metrics.roc_curve(
            outcome, risk, sample_weight=row, drop_intermediate=False
        )
        last = np.searchsorted(found[0], rates + 1e-9, side="right") - 1
        return found[1][last]

    (weights,) = patient_weights(names, replicates=SLOW, seed=0)
    usual, slow = timed(lambda: [one(row) for row in weights], 1)
    ours = weighted_sensitivity(outcome, risk, rates, weights)
    np.testing.assert_allclose(ours, usual, atol=1e-9)
    _, fast = timed(lambda: roc_curve(outcome, risk, patients=names, rates=rates))
    report("ROC curve with a band of 2,000 resamples", n, slow * 10, fast)


def precision_recall_bands(n):
    """A precision-recall curve with its band."""
    outcome, risk, names = cohort(n)
    recalls = np.linspace(0.01, 1, 100)

    def one(row):
        precision, recall, _ = metrics.precision_recall_curve(
            outcome, risk, sample_weight=row
        )
        rising = recall[::-1]  # the first cut-off that reaches each recall
        return precision[::-1][np.searchsorted(rising, recalls - 1e-9)]

    (weights,) = patient_weights(names, replicates=SLOW, seed=0)
    usual, slow = timed(lambda: [one(row) for row in weights], 1)
    ours = weighted_precision(outcome, risk, recalls, weights)
    np.testing.assert_allclose(ours, usual, atol=1e-9)
    _, fast = timed(
        lambda: precision_recall_curve(outcome, risk, patients=names, recalls=recalls)
    )
    report("precision-recall curve with a band of 2,000", n, slow * 10, fast)


def delong(n):
    """DeLong's interval: all pairs, and one sort."""
    outcome, risk, _ = cohort(n)

    def pairs():
        events, others = risk[outcome == 1], risk[outcome == 0]
        wins = (events[:, None] > others) + 0.5 * (events[:, None] == others)
        of_events, of_others = wins.mean(1), wins.mean(0)
        variance = of_events.var(ddof=1) / len(events)
        return wins.mean(), variance + of_others.var(ddof=1) / len(others)

    times = 3 if n > 10_000 else 200
    (area, variance), slow = timed(pairs, times)
    ours, fast = timed(
        lambda: delong_interval(outcome, risk, logit_scale=False), max(times, 20)
    )
    np.testing.assert_allclose(ours.estimate, area, atol=1e-12)
    np.testing.assert_allclose(
        (ours.high - ours.low) / 2 / 1.959963984540054, variance**0.5, atol=1e-12
    )
    report("DeLong interval (usual: all pairs)", n, slow, fast)


def delong_of_peers(n):
    """DeLong's interval and paired test by packages."""
    outcome, risk, _ = cohort(n)
    other = expit(logit(risk) + np.random.default_rng(1).normal(size=n))
    if is_installed("confidenceinterval"):
        from confidenceinterval import roc_auc_score

        given = outcome.astype(int).tolist(), risk.tolist()
        (area, bounds), slow = timed(lambda: roc_auc_score(*given), 50)
        ours, fast = timed(
            lambda: delong_interval(outcome, risk, logit_scale=False), 200
        )
        # That package computes with single precision.
        np.testing.assert_allclose(ours, (area, *bounds), atol=1e-6)
        report("DeLong interval (usual: confidenceinterval)", n, slow, fast)
    if is_installed("MLstatkit"):
        from MLstatkit import Delong_test

        theirs, slow = timed(lambda: Delong_test(outcome, other, risk), 50)
        ours, fast = timed(lambda: delong_test(outcome, risk, other), 200)
        np.testing.assert_allclose(ours, theirs[:2], atol=1e-9)
        report("DeLong test (usual: MLstatkit)", n, slow, fast)


def net_benefits(n):
    """Net benefit at 60 thresholds: one by one, and from one sort."""
    outcome, risk, _ = cohort(n)
    thresholds = np.linspace(0.2, 0.95, 60)

    def direct():
        found = []
        for threshold in thresholds:
            acted = risk >= threshold
            hits, false = (acted & (outcome == 1)).sum(), (acted & (outcome == 0)).sum()
            found.append((hits - false * threshold / (1 - threshold)) / n)
        return found

    usual, slow = timed(direct, 50)
    ours, fast = timed(lambda: net_benefit(outcome, risk, thresholds), 50)
    np.testing.assert_allclose(ours, usual, atol=1e-12)
    report("net benefit at 60 thresholds", n, slow, fast)


def decision_curve_bands(n):
    """A decision curve with its band: dcurves on each resample, and ours."""
    outcome, risk, names = cohort(n)
    thresholds = np.linspace(0.2, 0.95, 60)
    draw = partial(decision_curve, outcome, risk, patients=names, thresholds=thresholds)
    _, fast = timed(lambda: draw(replicates=REPLICATES))
    slow = None
    if is_installed("dcurves"):
        import pandas as pd
        from dcurves import dca

        def one(rows):
            table = pd.DataFrame({"outcome": outcome[rows], "risk": risk[rows]})
            found = dca(table, "outcome", ["risk"], thresholds=thresholds)
            return found[found["model"] == "risk"]["net_benefit"].to_numpy()

        (weights,) = patient_weights(names, replicates=SLOWEST, seed=0)
        drawn = [np.repeat(np.arange(n), row.astype(int)) for row in weights]
        usual, slow = timed(lambda: [one(rows) for rows in drawn], 1)
        ours = weighted_net_benefit(outcome, risk, thresholds, weights)
        np.testing.assert_allclose(ours, usual, atol=1e-9)
        slow *= REPLICATES / SLOWEST
    report("decision curve, 60 thresholds, band of 2,000", n, slow, fast)


def whole_report(n):
    """All that a report states of one model, five repeats, 2,000 resamples each."""
    outcome, risk, names = cohort(n)
    rows = {
        "fold": np.tile(np.arange(n) % 5, 5),
        "repeat": np.repeat(np.arange(5), n),
        "patients": names * 5,
    }
    _, fast = timed(
        lambda: performance(np.tile(outcome, 5), np.tile(risk, 5), **rows), 3
    )
    report("all of `performance`, 5 repeats", n, None, fast)


def is_installed(package):
    """Whether a package that we compare with can be imported."""
    return find_spec(package) is not None


def timed(work, times=7):
    """Return the result and the median time [ms]."""
    found, taken = None, []
    for _ in range(times):
        start = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = work()
        taken.append(1000 * (time.process_time() - start))
    return found, float(np.median(taken))


def report(what, n, usual, ours):
    """Print one line."""
    slow = f"{'':13}{ours:11.2f}" if usual is None else f"{usual:13.2f}{ours:11.2f}"
    ratio = "" if usual is None else f"{usual / ours:8.1f}"
    print(f"{what:46}{n:6}{slow}{ratio}", flush=True)


if __name__ == "__main__":
    main()
