"""A curve that may bend in the middle and is straight at both ends."""

import numpy as np
from jaxtyping import Float

KNOTS = (0.10, 0.50, 0.90)
"""Quantiles of the values at which the curve may bend."""


class RestrictedSpline:
    """Terms of a restricted cubic spline: straight beyond the outer knots.

    Just a straight line where there are too few distinct values for a bend.

    Reference: Harrell 2015, doi:10.1007/978-3-319-19425-7 (section 2.4.5).
    """

    def __init__(self, values: Float[np.ndarray, " rows"]) -> None:
        self._centre, self._scale = values.mean(), values.std()
        self._knots = np.quantile((values - self._centre) / self._scale, KNOTS)
        apart = (np.diff(self._knots) > 1e-3).all()
        self._bends = apart and len(np.unique(values)) > 5

    def __call__(
        self, values: Float[np.ndarray, " rows"]
    ) -> Float[np.ndarray, "rows terms"]:
        """Return a column of ones, the values, and their bend."""
        x = (values - self._centre) / self._scale
        columns = [np.ones_like(x), x]
        if self._bends:
            columns.append(self._bend(x))
        return np.column_stack(columns)

    def _bend(self, x: Float[np.ndarray, " rows"]) -> Float[np.ndarray, " rows"]:
        first, middle, last = self._knots
        from_first, from_middle, from_last = (
            np.maximum(x - knot, 0) ** 3 for knot in self._knots
        )
        bend = from_first - from_middle * (last - first) / (last - middle)
        bend += from_last * (middle - first) / (last - middle)
        return np.asarray(bend / (last - first) ** 2)
