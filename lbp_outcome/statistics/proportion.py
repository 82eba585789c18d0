"""The share of patients with an outcome, and how well so few patients show it."""

from scipy.special import ndtri

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.estimate import Interval


def proportion_interval(events: float, n: float, level: float = 0.95) -> Interval:
    """Share of patients with the outcome, with Wilson's interval.

    Never leaves 0 to 1 and is sensible for few patients, unlike the textbook interval.

    >>> tuple(round(bound, 3) for bound in proportion_interval(109, 160))
    (0.681, 0.606, 0.748)

    Raises:
        NotMeasurable: There are no patients.

    Reference: Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    if n <= 0:
        raise NotMeasurable("there are no patients")
    z2 = float(ndtri((1 + level) / 2)) ** 2
    share = events / n
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = (z2 * (share * (1 - share) / n + z2 / (4 * n * n))) ** 0.5 / (1 + z2 / n)
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))
