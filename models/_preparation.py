"""How a table is made ready for a model that needs complete, comparable numbers."""

import warnings
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float


@dataclass(frozen=True, eq=False)
class TablePreparation:
    """Medians for the gaps, and the scale of each predictor, learned in training only.

    A predictor with gaps among the training patients also gets an indicator of being
    missing, because who was not asked is rarely chance. A predictor that was complete
    in training gets none: its weight could not have been learned. A predictor that no
    training patient has is zero for everybody.

    Attributes:
        median: Put in place of missing values.
        mean: Mean after filling the gaps.
        scale: Standard deviation after filling the gaps; 1 for a constant.
        gaps: Share of training patients without a value.
    """

    median: Float[np.ndarray, " predictors"]
    mean: Float[np.ndarray, " predictors"]
    scale: Float[np.ndarray, " predictors"]
    gaps: Float[np.ndarray, " predictors"]

    @classmethod
    def learn(
        cls, table: Float[np.ndarray, "patients predictors"]
    ) -> "TablePreparation":
        """Learn from the table of the training patients."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
            median = np.nan_to_num(np.nanmedian(table, axis=0), nan=0.0)
        filled = np.where(np.isnan(table), median, table)
        spread = filled.std(axis=0)
        # A constant's SD may come out as rounding error instead of zero.
        constant = spread <= 1e-9 * np.abs(filled).max(axis=0, initial=0.0)
        scale = np.where(constant, 1.0, spread)
        return cls(median, filled.mean(axis=0), scale, np.isnan(table).mean(axis=0))

    @property
    def informative(self) -> Bool[np.ndarray, " predictors"]:
        """Whether some training patients had the predictor and others did not."""
        some: np.ndarray = (self.gaps > 0.0) & (self.gaps < 1.0)
        return some

    def standardise(
        self, table: Float[np.ndarray, "patients predictors"]
    ) -> Float[np.ndarray, "patients predictors"]:
        """Return the filled table in training standard deviations from the mean."""
        filled = np.where(np.isnan(table), self.median, table)
        unknown = self.gaps == 1.0
        standard: np.ndarray = np.where(unknown, 0.0, (filled - self.mean) / self.scale)
        return standard

    def missing(
        self, table: Float[np.ndarray, "patients predictors"]
    ) -> Float[np.ndarray, "patients predictors"]:
        """Return the indicators of missing values, less their training mean."""
        indicator = np.isnan(table) - self.gaps
        centred: np.ndarray = np.where(self.informative, indicator, 0.0)
        return centred
