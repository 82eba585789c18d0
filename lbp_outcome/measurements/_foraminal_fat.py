"""How much of a foramen is fat, against the patient's own fat and discs."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.foramen import foramen
from lbp_outcome.geometry.frame import Points
from lbp_outcome.geometry.once import once
from lbp_outcome.image import Image

BRIGHTEST = 0.9
"""Quantile of the signal of all foramina that is taken for fat."""

LEAST_CONTRAST = 1.2
"""Fat is brighter than the discs by more than this factor."""

FEWEST_VOXELS = 30
LEAST_INSIDE = 0.9


@once
def foraminal_fat(examination: Examination, disc: Disc, side: Side) -> float:
    """Return the share of a foramen that is nearer to fat than to disc in T1 signal.

    Raises:
        NotMeasurable: The foramen or the discs are not visible in the T1 image.
    """
    own = _of_foramen(examination, disc, side)
    dark, bright = _references(examination)
    return float((own > (dark + bright) / 2).mean())


@once
def _of_foramen(
    examination: Examination, disc: Disc, side: Side
) -> Float[np.ndarray, " n"]:
    assert examination.t1 is not None
    points = foramen(examination.spine, disc, side).points
    return _signal(examination.t1, points, f"the {side} foramen of {disc}")


@once
def _references(examination: Examination) -> tuple[float, float]:
    """Signal of the discs and of the brightest tissue in all foramina."""
    spine, found, dark = examination.spine, [], []
    for disc in spine.levels:
        for side in Side:
            try:
                found.append(_of_foramen(examination, disc, side))
            except NotMeasurable:
                continue
    for disc, part in spine.discs.items():
        try:
            assert examination.t1 is not None
            dark.append(_signal(examination.t1, part.points, f"disc {disc}"))
        except NotMeasurable:
            continue
    if not dark:
        raise NotMeasurable("no disc is segmented to compare the foramen with")
    low = float(np.median([np.median(values) for values in dark]))
    high = float(np.quantile(np.concatenate(found), BRIGHTEST))
    if high <= LEAST_CONTRAST * low:
        raise NotMeasurable("no foramen shows fat on the T1 image")
    return low, high


def _signal(image: Image, points: Points, name: str) -> Float[np.ndarray, " n"]:
    """Signal of the nearest voxels."""
    index = np.floor(image.to_index(points) + 0.5).astype(int)
    inside = ((index >= 0) & (index < image.values.shape)).all(axis=1)
    if inside.sum() < FEWEST_VOXELS or inside.mean() < LEAST_INSIDE:
        raise NotMeasurable(f"the T1 image does not show {name}")
    signal: np.ndarray = image.values[tuple(index[inside].T)].astype(float)
    return signal
