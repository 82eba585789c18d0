"""The signal in and around the canal, laid straight."""

from typing import Literal

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.canal import canal_sections
from lbp_outcome.geometry.once import once
from lbp_outcome.measurements._signal import darkness, peak_mean, require_not_black

Weighting = Literal["t1", "t2"]

WHOLE = 0.99
"""Pixels with less of the canal in them are mixed with what lies around it."""

LOCAL_MM = 28
"""The signal of fluid is taken from this far below to this far above: coils are not
equally sensitive all along the spine [mm]."""

FEWEST_PIXELS = 60
LEAST_SHOWN = 0.9
"""Share of the canal that must lie inside the image."""


@once
def straightened(
    examination: Examination, weighting: Weighting
) -> Float[np.ndarray, "section slice pixel"]:
    """Return the signal at every pixel of the slices that show the canal.

    Raises:
        NotMeasurable: There is no such image, it does not show the canal, or the canal
            is not segmented.
    """
    sections = canal_sections(examination.spine)
    image = examination.t1 if weighting == "t1" else examination.t2
    if image is None:
        raise NotMeasurable(f"no {weighting.upper()} image was given")
    index = image.to_index(sections.centres)
    shown = (index > -1) & (index < np.array(image.values.shape))
    if shown.all(axis=1).mean() < LEAST_SHOWN:
        raise NotMeasurable(f"the {weighting.upper()} image does not show the canal")
    sac = np.asarray((sections.pixels > 0).any(axis=(0, 2)))  # only there it matters
    signal = np.zeros(sections.pixels.shape)
    signal[:, sac] = sections.cut.only(slice(None), sac).sample(image)
    return signal - darkness(image)


def fluid_near(examination: Examination, weighting: Weighting, at: int) -> float:
    """Return the signal of the fluid around one cross-section.

    The mean around the most frequent value on T2, where roots are dark, but no less
    than the median; the median on T1, where fluid and roots look alike.

    Raises:
        NotMeasurable: Too little of the canal is segmented there.
    """
    rows = slice(max(at - LOCAL_MM, 0), at + LOCAL_MM + 1)
    inside = canal_sections(examination.spine).pixels[rows] > WHOLE
    signal = straightened(examination, weighting)[rows][inside]
    if len(signal) < FEWEST_PIXELS:
        raise NotMeasurable("the segmented canal is too thin to measure its signal")
    fluid = float(np.median(signal))
    if weighting == "t2":
        fluid = max(fluid, peak_mean(signal))
    image = examination.t2 if weighting == "t2" else examination.t1
    assert image is not None  # or there would be no signal
    require_not_black(image, fluid, "the canal", weighting.upper())
    return fluid
