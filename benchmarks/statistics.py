"""Our statistics beside the usual way to compute them: equal first, then faster.

By hand, from the top folder: `OMP_NUM_THREADS=1 python -m benchmarks.statistics`
(not as a file: its folder would then hide Python's own `statistics`).
"""

import time

import numpy as np
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from lbp_outcome.statistics.bootstrap import patient_weights
from lbp_outcome.statistics.brier import weighted_brier
from lbp_outcome.statistics.calibration import weighted_calibration_slope
from lbp_outcome.statistics.discrimination import (
    delong_interval,
    weighted_auc_within_folds,
)
from lbp_outcome.statistics.net_benefit import net_benefit
from lbp_outcome.statistics.performance import performance

REPLICATES = 2000
SLOW = 200
"""Resamples given to the slower way where 2,000 would take minutes; scaled up."""


def main() -> None:
    """Print one line per comparison."""
    print(f"{'':44}{'n':>7}{'usual [ms]':>13}{'ours [ms]':>12}{'ratio':>8}")
    for n in (160, 2000):
        bootstrap_of_auc(n)
    bootstrap_of_brier(160)
    bootstrap_of_slope(160)
    for n in (160, 2000, 20_000):
        delong(n)
    decision_curves(160)
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
    (weights,) = patient_weights(names, replicates=SLOW, seed=0, block=10**9)
    fold = np.zeros(n, dtype=int)
    usual, slow = timed(
        lambda: [roc_auc_score(outcome, risk, sample_weight=row) for row in weights], 1
    )
    ours = weighted_auc_within_folds(outcome, risk, fold, weights)
    np.testing.assert_allclose(ours, usual, rtol=0, atol=1e-12)
    _, fast = timed(
        lambda: [
            weighted_auc_within_folds(outcome, risk, fold, block)
            for block in patient_weights(names, replicates=REPLICATES, seed=0)
        ]
    )
    report("2,000 resampled AUCs, resampling included", n, slow * 10, fast)


def bootstrap_of_brier(n):
    """2,000 resampled Brier scores."""
    outcome, risk, names = cohort(n)
    (weights,) = patient_weights(names, replicates=SLOW, seed=0, block=10**9)
    usual, slow = timed(
        lambda: [brier_score_loss(outcome, risk, sample_weight=row) for row in weights],
        1,
    )
    np.testing.assert_allclose(weighted_brier(outcome, risk, weights), usual)
    (all_of_them,) = patient_weights(names, replicates=REPLICATES, seed=0)
    _, fast = timed(lambda: weighted_brier(outcome, risk, all_of_them))
    report("2,000 resampled Brier scores", n, slow * 10, fast)


def bootstrap_of_slope(n):
    """2,000 resampled calibration slopes: one Newton per resample, and all at once."""
    outcome, risk, names = cohort(n)
    (weights,) = patient_weights(names, replicates=SLOW, seed=0, block=10**9)
    line = logit(risk)[:, None]

    def one(row):
        model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10)
        return model.fit(line, outcome, sample_weight=row).coef_[0, 0]

    usual, slow = timed(lambda: [one(row) for row in weights], 1)
    ours = weighted_calibration_slope(outcome, risk, weights)
    np.testing.assert_allclose(ours, usual, rtol=1e-6)
    (all_of_them,) = patient_weights(names, replicates=REPLICATES, seed=0)
    _, fast = timed(lambda: weighted_calibration_slope(outcome, risk, all_of_them))
    report("2,000 resampled calibration slopes", n, slow * 10, fast)


def delong(n):
    """DeLong's interval: all pairs, and mid-ranks."""
    outcome, risk, _ = cohort(n)

    def pairs():
        events, others = risk[outcome == 1], risk[outcome == 0]
        wins = (events[:, None] > others) + 0.5 * (events[:, None] == others)
        of_events, of_others = wins.mean(1), wins.mean(0)
        variance = of_events.var(ddof=1) / len(events)
        return wins.mean(), variance + of_others.var(ddof=1) / len(others)

    (area, variance), slow = timed(pairs, 3)
    ours, fast = timed(lambda: delong_interval(outcome, risk, logit_scale=False))
    np.testing.assert_allclose(ours.estimate, area, atol=1e-12)
    np.testing.assert_allclose(
        (ours.high - ours.low) / 2 / 1.959963984540054, variance**0.5, atol=1e-12
    )
    report("DeLong interval", n, slow, fast)


def decision_curves(n):
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

    usual, slow = timed(direct)
    ours, fast = timed(lambda: net_benefit(outcome, risk, thresholds))
    np.testing.assert_allclose(ours, usual, atol=1e-12)
    report("net benefit at 60 thresholds", n, slow, fast)


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


def timed(work, times=7):
    """Return the result and the median time [ms]."""
    found, taken = None, []
    for _ in range(times):
        start = time.perf_counter()
        found = work()
        taken.append(1000 * (time.perf_counter() - start))
    return found, float(np.median(taken))


def report(what, n, usual, ours):
    """Print one line."""
    slow = f"{'':13}{ours:12.2f}" if usual is None else f"{usual:13.2f}{ours:12.2f}"
    ratio = "" if usual is None else f"{usual / ours:8.0f}"
    print(f"{what:44}{n:7}{slow}{ratio}")


if __name__ == "__main__":
    main()
