"""Do predicted probabilities stop being right, for everybody or in one hospital?"""

from collections.abc import Iterator, Mapping

import pandas as pd
from scipy.special import ndtri

from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.performance import Performance
from lbp_outcome.study.checks import (
    CHECKS,
    Check,
    CheckNotApplicable,
    Examined,
)

BY_CHANCE = 0.02
"""Accepted probability of a false alarm in a study, shared by all comparisons."""

SITE = "site"
FEWEST = 20
"""Patients from which a hospital is judged on its own."""

USUAL = float(ndtri(0.975))
"""Standard errors that the 95 % intervals of the results span to either side."""


def look(examined: Examined) -> tuple[str, ...]:
    """Compare slope, intercept and every hospital with what they should be."""
    if examined.results is None:
        raise CheckNotApplicable("the study has no results yet")
    judged = {
        model: found
        for model, found in examined.results.performance.items()
        if _tells_patients_apart(found)
    }
    if not judged:
        raise CheckNotApplicable("no model tells patients apart better than chance")
    sites = _sites(examined)
    deviate = _deviate(len(judged) * (2 + len(sites)))
    return tuple(
        f"{model!r} {said}"
        for model, found in judged.items()
        for said in (
            *_overall(found, deviate),
            *_by_site(examined, model, sites, deviate),
        )
    )


def _tells_patients_apart(found: object) -> bool:
    """A model that does not has no slope to speak of; its AUC says it all."""
    low = found.auc.low if isinstance(found, Performance) else None
    return low is not None and low > 0.5


def _deviate(comparisons: int) -> float:
    return float(ndtri(1 - BY_CHANCE / comparisons / 2))


def _overall(found: object, deviate: float) -> Iterator[str]:
    assert isinstance(found, Performance)
    slope, intercept = found.calibration_slope, found.calibration_intercept
    if _misses(slope, 1.0, deviate):
        way = "extreme" if (slope.value or 0) < 1 else "cautious"
        yield f"has a calibration slope of {slope}: its predictions are too {way}"
    if _misses(intercept, 0.0, deviate):
        way = "high" if (intercept.value or 0) < 0 else "low"
        yield f"has a calibration intercept of {intercept}: it predicts too {way}"


def _misses(found: Estimate, ideal: float, deviate: float) -> bool:
    """Whether the ideal lies outside the interval, widened for many comparisons."""
    if found.value is None or found.low is None or found.high is None:
        return False
    wider = deviate / USUAL
    low = found.value - wider * (found.value - found.low)
    high = found.value + wider * (found.high - found.value)
    return not low <= ideal <= high


def _sites(examined: Examined) -> Mapping[str, str]:
    """Return the hospital of each patient of a hospital that is large enough."""
    cohort, patients = examined.data.cohort, list(examined.data.view.patients)
    if SITE not in cohort.participants:
        return {}
    cells = cohort.participants.loc[patients, SITE].dropna().astype(str)
    large = cells.value_counts()
    return dict(cells[cells.map(large) >= FEWEST])


def _by_site(
    examined: Examined, model: str, site_of: Mapping[str, str], deviate: float
) -> Iterator[str]:
    """Compare how many had the outcome with how many were predicted to."""
    assert examined.results is not None
    rows = examined.results.rows_of(model)
    each = rows.groupby("patient")[["outcome", "predicted"]].mean()
    where = pd.Series({p: site_of[p] for p in each.index if p in site_of}, dtype=object)
    for _, group in each.loc[where.index].groupby(where):
        had, expected = float(group["outcome"].sum()), float(group["predicted"].sum())
        chance = float((group["predicted"] * (1 - group["predicted"])).sum()) ** 0.5
        if chance > 0 and abs(had - expected) > deviate * chance:
            yield (
                f"expects {expected:.0f} of {len(group)} patients of one hospital to "
                f"have the outcome, and {had:.0f} had it"
            )


CALIBRATION_DRIFT = CHECKS.add(
    Check(
        code="LBP204",
        name="calibration_drift",
        title="predicted probabilities are not what happens",
        severity="warning",
        stage="after training",
        explanation=(
            "A slope below 1 means predictions that are too extreme, as after "
            "overfitting; an intercept away from 0, or a hospital whose patients do "
            "better or worse than predicted, means that other patients came or that "
            "something unmeasured differs. Such probabilities must not be "
            "shown to patients before they are recalibrated on their own hospital. "
            "Only models that tell patients apart are judged, at a level that lets "
            "about 2 % of well calibrated studies fail."
        ),
        look=look,
        reference="doi:10.1186/s12916-019-1466-7",
    )
)
