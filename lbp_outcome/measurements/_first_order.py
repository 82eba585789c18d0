"""First-order statistics, as the Image Biomarker Standardisation Initiative has them.

Its reference values are doi:10.1148/radiol.2020191145; the tests hold them.
"""

import numpy as np
from jaxtyping import Float

Signal = Float[np.ndarray, " n"]


def median(signal: Signal) -> float:
    """Return the median signal."""
    return float(np.median(signal))


def interquartile_range(signal: Signal) -> float:
    """Return the distance between the 25th and the 75th percentile."""
    low, high = np.percentile(signal, [25, 75])
    return float(high - low)
