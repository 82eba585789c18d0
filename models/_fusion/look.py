"""What a level encoder hands on about some patients, and what the network then sees."""

from typing import NamedTuple

from jaxtyping import Bool, Float
from torch import Tensor


class Look(NamedTuple):
    """What was seen in the levels of some patients.

    Attributes:
        features: Of each level; 0 where it is absent.
        present: Whether that disc was found in that patient.
        readings: Numbers of each patient that join the table; NaN without MRI.
    """

    features: Float[Tensor, "patient level feature"]
    present: Bool[Tensor, "patient level"]
    readings: Float[Tensor, "patient number"]


class Seen(NamedTuple):
    """All that the corrections are made from.

    Attributes:
        levels: Features of each level.
        level_present: Whether that disc was found in that patient.
        film: Features of the lateral radiograph.
        film_present: Whether there is one.
        table: Raw predictors, then the readings; NaN where missing.
    """

    levels: Float[Tensor, "patient level feature"]
    level_present: Bool[Tensor, "patient level"]
    film: Float[Tensor, "patient pixel"]
    film_present: Bool[Tensor, " patient"]
    table: Float[Tensor, "patient column"]
