"""The one order of axes that level crops have."""

from torch import Tensor

from lbp_outcome.batch import CHANNELS
from lbp_outcome.errors import InvalidChoice

ORDER = "[level, T2 and T1, left, posterior, superior]"


def require_crop_order(crops: Tensor) -> None:
    """Refuse crops whose axes are in another order.

    Raises:
        InvalidChoice: The channels do not stand before the three axes of space.
    """
    if crops.ndim < 5 or crops.shape[-4] != CHANNELS:
        raise InvalidChoice(
            f"The crops are {tuple(crops.shape)}; they must be {ORDER}, with "
            f"{CHANNELS} channels before the three axes of space."
        )
