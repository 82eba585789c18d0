"""Simulated views with a signal planted at a known place, to test what looks for it.

No anatomy and no medicine: noise, and in it one thing to find. A model must learn it,
an explanation must point at it, and without it both must find nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool
from scipy.ndimage import gaussian_filter
from scipy.special import logit

from lbp_outcome.anatomy import LUMBAR_DISCS, Disc
from lbp_outcome.units import Unit
from lbp_outcome.view import CohortView, LevelCrop, PatientImages, Predictor

SPOT_LEVEL = LUMBAR_DISCS[-2]
"""L4-L5: the level in which the bright spot of the cases lies."""

SMALL_CROP = (8, 32, 16)
"""Voxels of a crop that trains in seconds."""

WEIGHTS = (2.0, -1.0, 0.0)
"""Log-odds per standard deviation of the predictors of `planted_table`."""


def planted_table(
    patients: int, *, seed: int, weights: Sequence[float] = WEIGHTS, gaps: float = 0.0
) -> CohortView:
    """Return simulated patients whose outcome follows from their predictors.

    Args:
        patients: How many.
        seed: Makes them repeatable; patients of different seeds have different names.
        weights: Log-odds of the outcome per unit of each standard normal predictor.
        gaps: Share of values that are missing, by chance.
    """
    chance = np.random.default_rng(seed)
    table = chance.normal(size=(patients, len(weights)))
    # a yes where the log-odds exceed those of a uniform number
    margin = table @ np.asarray(weights, dtype=float) - logit(chance.random(patients))
    table[chance.random(table.shape) < gaps] = np.nan
    return CohortView(
        patients=tuple(f"sub-{seed}x{number}" for number in range(patients)),
        predictors=tuple(
            Predictor(name=f"predictor_{number}", unit=Unit.RATIO)
            for number in range(len(weights))
        ),
        table=table,
        outcome=(margin > 0).astype(float),
        margin=margin,
    )


def planted_spot(
    patients: int,
    *,
    seed: int,
    brightness: float = 2.0,
    levels: Sequence[Disc] = LUMBAR_DISCS[-2:],
    shape: tuple[int, int, int] = SMALL_CROP,
    predictors: int = 2,
) -> CohortView:
    """Return simulated patients whose outcome shows only as a spot at L4-L5.

    Args:
        patients: How many; every other one has the outcome.
        seed: Makes them repeatable.
        brightness: Of the spot, where the noise around it has an SD of 0.3.
        levels: Discs with a crop.
        shape: Voxels of a crop.
        predictors: Columns of a table that is pure noise.
    """
    view = planted_table(patients, seed=seed, weights=(0.0,) * predictors)
    outcome = np.arange(patients) % 2.0
    chance = np.random.default_rng(seed)
    spot = brightness * spot_profile(shape)
    images = {}
    for patient, case in zip(view.patients, outcome, strict=True):
        crops = {}
        for level in levels:
            noise = 2 * gaussian_filter(chance.normal(size=shape), 1.0)
            values = noise + spot if case and level == SPOT_LEVEL else noise
            crops[level] = LevelCrop(values=values.astype("f4"), affine=np.eye(4))
        images[patient] = PatientImages(levels=crops)
    seen = replace(view, images=images, levels=tuple(levels))
    return replace(seen, outcome=outcome, margin=None)


def spot_profile(shape: tuple[int, int, int]) -> np.ndarray:
    """Return the brightness of the spot, 1 in its middle, a tenth of the crop wide."""
    middle = np.array([0.5, 0.3, 0.6]) * shape
    away = (np.indices(shape).T - middle) / (0.1 * np.array(shape))
    profile: np.ndarray = np.exp(-0.5 * (away**2).sum(axis=-1)).T
    return profile


def spot_region(shape: tuple[int, int, int]) -> Bool[np.ndarray, "i j k"]:
    """Return the voxels within two standard deviations of the spot's middle."""
    region: np.ndarray = spot_profile(shape) >= np.exp(-2)
    return region
