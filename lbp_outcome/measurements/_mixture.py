"""A mixture of normal distributions fitted to signal: how much of it is the brightest.

The same model, start and end as scikit-learn's `GaussianMixture` with its defaults, as
MuscleMap uses it, but on a histogram and without drawing lots: hundreds of times
faster, and repeatable.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import NotMeasurable

BINS = 256
COARSE_BINS = 64
"""The start is looked for among all borders between so many bins."""

LLOYD_ROUNDS = 20
TOLERANCE = 1e-3
"""The fit ends when the mean log-likelihood rises by less."""

MOST_ROUNDS = 1000
FEWEST_VALUES = 100
LEAST_SPREAD = 1e-6
LEAST_DENSITY = 1e-300
LEAST_SHARE = 1e-12


@dataclass(frozen=True, eq=False)
class Mixture:
    """Normal distributions, the darkest first.

    Attributes:
        mean: Their means.
        spread: Their standard deviations.
        share: Their weights; together one.
    """

    mean: Float[np.ndarray, " k"]
    spread: Float[np.ndarray, " k"]
    share: Float[np.ndarray, " k"]

    def densities(self, values: Float[np.ndarray, " n"]) -> Float[np.ndarray, "k n"]:
        """Return the weighted density of each distribution at some values."""
        away = (values - self.mean[:, None]) / self.spread[:, None]
        height = self.share / (self.spread * np.sqrt(2 * np.pi))
        densities: np.ndarray = height[:, None] * np.exp(-0.5 * away * away)
        densities += LEAST_DENSITY
        return densities


@dataclass(frozen=True, eq=False)
class _Histogram:
    value: Float[np.ndarray, " bins"]
    weight: Float[np.ndarray, " bins"]


def brightest_percent(values: Float[np.ndarray, " n"], components: int) -> float:
    """Return the share of values from the border of the brightest component on [%].

    The border is the lowest value above the next darker component's mean that belongs
    to the brightest one, as in MuscleMap.

    Raises:
        NotMeasurable: There are too few values, or they are all alike.
    """
    if len(values) < FEWEST_VALUES:
        raise NotMeasurable(
            f"the muscle shows only {len(values)} voxels there, too few to tell fat "
            f"from muscle"
        )
    histogram = _histogram(values)
    mixture = _fitted(histogram, components)
    belongs = mixture.densities(histogram.value).argmax(axis=0)
    bright = (belongs == components - 1) & (histogram.value > mixture.mean[-2])
    if not bright.any():
        return 0.0
    border = histogram.value[int(bright.argmax())]
    return 100 * float(histogram.weight[histogram.value >= border].sum())


def fit_mixture(values: Float[np.ndarray, " n"], components: int) -> Mixture:
    """Fit a mixture of normal distributions to many values.

    Raises:
        NotMeasurable: The values are all alike.
    """
    return _fitted(_histogram(values), components)


def _histogram(values: Float[np.ndarray, " n"]) -> _Histogram:
    """Mean value and share of each bin that holds any."""
    low, high = float(values.min()), float(values.max())
    if high - low < LEAST_SPREAD * max(abs(high), 1.0):
        raise NotMeasurable("the image shows the same signal all over the muscle")
    place = ((values - low) * (BINS / (high - low))).astype(int)
    place = np.minimum(place, BINS - 1)
    count = np.bincount(place, minlength=BINS)
    total = np.bincount(place, weights=values, minlength=BINS)
    held = count > 0
    return _Histogram(total[held] / count[held], count[held] / len(values))


def _fitted(histogram: _Histogram, components: int) -> Mixture:
    """Expectation and maximisation in turn, from the best k-means clusters."""
    weight, shift = histogram.weight, float(histogram.weight @ histogram.value)
    value = histogram.value - shift  # or squares would lose digits
    powers = weight[:, None] * np.stack([np.ones_like(value), value, value**2], axis=1)
    nearest = _clusters(histogram, components)
    belongs = (nearest == np.arange(components)[:, None]).astype(float)
    before = -np.inf
    for _ in range(MOST_ROUNDS):
        mixture = _estimated(belongs @ powers)
        densities = mixture.densities(value)
        total = densities.sum(axis=0)
        likelihood = float(weight @ np.log(total))
        belongs = densities / total
        if abs(likelihood - before) < TOLERANCE:
            break
        before = likelihood
    mixture = _estimated(belongs @ powers)
    by = np.argsort(mixture.mean)
    return Mixture(mixture.mean[by] + shift, mixture.spread[by], mixture.share[by])


def _estimated(moments: Float[np.ndarray, "k 3"]) -> Mixture:
    """The mixture with these sums of shares, of values and of their squares."""
    share = np.maximum(moments[:, 0], LEAST_SHARE)
    mean, square = moments[:, 1] / share, moments[:, 2] / share
    least = LEAST_SPREAD**2 * float(moments[:, 2].sum())
    return Mixture(mean, np.sqrt(np.maximum(square - mean**2, least)), share)


def _clusters(histogram: _Histogram, components: int) -> np.ndarray:
    """The cluster of each bin: best borders of a coarse grid, then Lloyd's steps."""
    value, weight = histogram.value, histogram.weight
    centres = _best_centres(histogram, components)
    for _ in range(LLOYD_ROUNDS):
        borders = (centres[1:] + centres[:-1]) / 2
        nearest = np.searchsorted(borders, value)
        held = np.bincount(nearest, weight, components)
        total = np.bincount(nearest, weight * value, components)
        moved = np.where(held > 0, total / np.maximum(held, LEAST_SHARE), centres)
        if np.allclose(moved, centres, rtol=1e-6):
            break
        centres = moved
    return nearest


def _best_centres(histogram: _Histogram, components: int) -> Float[np.ndarray, " k"]:
    """Centres of the split of a coarse histogram with the least spread within."""
    edges = np.linspace(0, len(histogram.value), COARSE_BINS + 1).astype(int)
    count = np.r_[0.0, np.cumsum(histogram.weight)][edges]
    total = np.r_[0.0, np.cumsum(histogram.weight * histogram.value)][edges]
    cuts = _cuts(components)
    ends = [np.zeros(len(cuts), int), *cuts.T, np.full(len(cuts), COARSE_BINS)]
    held = np.diff([count[end] for end in ends], axis=0)
    sums = np.diff([total[end] for end in ends], axis=0)
    safe = np.maximum(held, LEAST_SHARE)
    between = np.where(held > 0, sums**2 / safe, -np.inf).sum(axis=0)
    best = int(between.argmax())
    centres: np.ndarray = sums[:, best] / safe[:, best]
    return centres


def _cuts(components: int) -> np.ndarray:
    """All ways to cut a row of bins into this many pieces."""
    inner = np.arange(1, COARSE_BINS)
    if components == 2:
        return inner[:, None]
    first, second = np.triu_indices(len(inner), 1)
    return np.stack([inner[first], inner[second]], axis=1)
