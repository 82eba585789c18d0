"""Could a model predict the outcome by telling hospitals or scanners apart?"""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float
from scipy.stats import rankdata

from lbp_outcome.study.checks import (
    CHECKS,
    Check,
    CheckNotApplicable,
    Examined,
)
from lbp_outcome.study.image_traits import image_traits

SITE = "site"
SCANNER = ("t2_finest_voxel_mm", "t2_coarsest_voxel_mm")
"""Traits that the scanner alone decides; brightness also follows the patient's own
discs and muscles, so it cannot tell the two apart."""

BY_CHANCE = 0.02
"""Accepted probability of a false alarm, shared by all comparisons."""

DEALS = 4999
"""How often the outcome is dealt out anew."""

FEWEST = 5
"""Patients from which a hospital is compared."""

Column = Float[np.ndarray, " patients"]


def look(examined: Examined) -> tuple[str, ...]:
    """Compare the outcome between hospitals, and along the voxel size."""
    origins = dict(_origins(examined))
    if not origins:
        raise CheckNotApplicable(
            "all patients are of one hospital and scanner, or their hospital is not "
            f"in participants.tsv (column {SITE!r})"
        )
    outcome = examined.data.view.outcome
    assert outcome is not None
    return tuple(
        f"the outcome differs with {name} more than by chance (p = {p:.4f})"
        + _predictable(examined, groups)
        for name, groups in origins.items()
        if (p := _p_value(outcome, groups)) < BY_CHANCE / len(origins)
    )


def _origins(examined: Examined) -> Iterator[tuple[str, Column]]:
    """Yield where patients come from: numbers of groups, NaN where not known."""
    view, cohort = examined.data.view, examined.data.cohort
    if SITE in cohort.participants:
        cells = cohort.participants.loc[list(view.patients), SITE]
        yield from _if_compared(
            "the hospital", [str(c) if c == c else None for c in cells]
        )
    traits = {p: image_traits(scan) for p, scan in examined.data.scans.items()}
    for trait in SCANNER:
        sizes = [traits.get(patient, {}).get(trait) for patient in view.patients]
        said = [None if size is None else f"{size:.1f}" for size in sizes]
        yield from _if_compared(f"the scanner ({trait} of the image)", said)


def _if_compared(
    name: str, cells: Sequence[str | None]
) -> Iterator[tuple[str, Column]]:
    large = [cell for cell in {*cells} - {None} if cells.count(cell) >= FEWEST]
    number = {
        cell: float(position) for position, cell in enumerate(sorted(map(str, large)))
    }
    if len(number) > 1:
        yield name, np.array([number.get(str(cell), np.nan) for cell in cells])


def _p_value(values: Column, groups: Column) -> float:
    """Test by permutation whether group means differ; exact for small groups."""
    known = ~(np.isnan(groups) | np.isnan(values))
    member = groups[known][:, None] == np.unique(groups[known])
    ranks = rankdata(values[known])
    rng = np.random.default_rng(0)
    dealt = rng.permuted(np.tile(ranks, (DEALS, 1)), axis=1)
    found, by_chance = _between(ranks[None], member)[0], _between(dealt, member)
    return float((1 + (by_chance >= found - 1e-9 * abs(found)).sum()) / (1 + DEALS))


def _between(ranks: Float[np.ndarray, "deals rows"], member: np.ndarray) -> np.ndarray:
    """Spread of the mean ranks of the groups."""
    away = ranks - ranks.mean(axis=1, keepdims=True)
    spread: np.ndarray = ((away @ member) ** 2 / member.sum(axis=0)).sum(axis=1)
    return spread


def _predictable(examined: Examined, groups: Column) -> str:
    """Count the predictors by which a model can tell the groups apart."""
    view = examined.data.view
    telling = [
        predictor.name
        for predictor, cells in zip(view.predictors, view.table.T, strict=True)
        if np.ptp(cells[~np.isnan(cells)], axis=0).any()
        and _p_value(cells, groups) < BY_CHANCE / len(view.predictors)
    ]
    if not telling:
        return "; no predictor differs with it"
    return f"; so do {len(telling)} predictors, such as {telling[0]!r}"


SITE_EXPLAINS_OUTCOME = CHECKS.add(
    Check(
        code="LBP108",
        name="site_explains_outcome",
        title="the outcome differs between hospitals or scanners",
        severity="warning",
        stage="before training",
        explanation=(
            "If one hospital or scanner sees other outcomes, a model may learn to "
            "recognise it, by its patients or by the look of its images, instead of "
            "the disease; it fails in the next hospital. Validate with "
            "leave_one_site_out, or with keep_together: site, and look at the "
            "performance of each hospital on its own. Hospitals may also differ "
            "because their patients do: a difference is no proof."
        ),
        look=look,
        reference="doi:10.1371/journal.pmed.1002683",
    )
)
