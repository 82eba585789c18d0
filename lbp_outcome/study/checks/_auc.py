"""Performance that is better than patients allow."""

from collections.abc import Iterator

from lbp_outcome.statistics.performance import Performance
from lbp_outcome.study.checks import CheckNotApplicable, Examined

REVIEW_AUC, STOP_AUC = 0.75, 0.80
"""Cross-validated AUC to look into, and to stop at. In simulated cohorts of 160
patients with a true AUC of .71, honest models pass them in some 5 % and 0.3 %."""

REVIEW_R2, STOP_R2 = 0.50, 0.65
"""The same for the explained variance of a continuous outcome. A convention of this
toolkit: all that is known of simulated patients explains some .36 of their leg pain."""


def models_between(
    examined: Examined, auc: tuple[float, float], r2: tuple[float, float]
) -> Iterator[str]:
    """Name the models whose performance lies above the first of two limits only.

    Raises:
        CheckNotApplicable: The study has no results yet.
    """
    if examined.results is None:
        raise CheckNotApplicable("the study has no results yet")
    for model, found in examined.results.performance.items():
        binary = isinstance(found, Performance)
        measure = found.auc if isinstance(found, Performance) else found.r2
        low, high = auc if binary else r2
        if measure.value is not None and low < measure.value <= high:
            what = "an AUC" if binary else "an explained variance"
            yield f"{model!r} reaches {what} of {measure} in patients it never saw"
