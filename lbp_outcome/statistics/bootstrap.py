"""Intervals by resampling patients."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.statistics.estimate import Interval

Weights = Float[np.ndarray, "replicates rows"]
Draws = Float[np.ndarray, " replicates"]
Metric = Callable[[Weights], Draws]

BLOCK = 2_000_000
"""Weights held in memory at once; 2,000 resamples of 160 patients are one block."""


def interval(
    metric: Metric,
    patients: Sequence[str],
    *,
    replicates: int = 2000,
    seed: int = 0,
    level: float = 0.95,
    undefined: str = "it is undefined for these predictions",
) -> Interval:
    """Percentile interval of a statistic over resampled patients.

    A resample is a table of weights: how often each patient was drawn. A metric
    takes such tables, one resample per row, and so computes all of them at once. Two
    metrics computed with one seed see the same resamples.

    The interval shows the play of chance in who was recruited. It does not contain
    that of refitting the models, so it is somewhat narrow for cross-validation.

    Args:
        metric: Statistic for each row of weights; NaN where it is undefined.
        patients: Pseudonym of each row; rows of one patient are drawn together.
        replicates: How many resamples.
        seed: Makes the resamples repeatable.
        level: Confidence level, 0 to 1.
        undefined: What to say when the statistic cannot be computed.

    Raises:
        NotMeasurable: The statistic is undefined, or is so in over a tenth of the
            resamples.

    Reference: Efron and Tibshirani 1993, doi:10.1201/9780429246593.
    """
    if not 0 < level < 1:
        raise InvalidChoice(f"A confidence level lies between 0 and 1, not {level}.")
    estimate = float(metric(np.ones((1, len(patients))))[0])
    if not np.isfinite(estimate):
        raise NotMeasurable(undefined)
    blocks = patient_weights(patients, replicates=replicates, seed=seed)
    draws = np.concatenate([metric(block) for block in blocks])
    draws = draws[np.isfinite(draws)]
    if len(draws) < 0.9 * replicates:
        raise NotMeasurable(
            f"only {len(draws)} of {replicates} resamples of the patients allow it"
        )
    low, high = np.quantile(draws, ((1 - level) / 2, (1 + level) / 2))
    return Interval(estimate, float(low), float(high))


def patient_weights(
    patients: Sequence[str], *, replicates: int, seed: int, block: int = BLOCK
) -> Iterator[Weights]:
    """Yield how often each row was drawn, a block of resamples at a time.

    Drawing n of n patients with replacement gives multinomial counts. The counts do
    not depend on the size of the block.
    """
    names, patient = np.unique(np.asarray(patients), return_inverse=True)
    generator = np.random.default_rng(seed)
    rows = max(1, block // max(1, len(patient)))
    for start in range(0, replicates, rows):
        size = min(rows, replicates - start)
        yield _counts(generator, size, len(names))[:, patient]


def _counts(generator: np.random.Generator, replicates: int, patients: int) -> Weights:
    drawn = generator.integers(patients, size=(replicates, patients))
    drawn += patients * np.arange(replicates)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=replicates * patients)
    return counts.reshape(replicates, patients).astype(float)
