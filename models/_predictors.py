"""The rule that a model sees the very predictors it was fitted on."""

from collections.abc import Sequence

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.view import Predictor


def expect(fitted: Sequence[Predictor], offered: Sequence[Predictor]) -> None:
    """Refuse other predictors, another order, or other units.

    Raises:
        InvalidChoice: Names what is missing, unknown, out of order or in another unit.
    """
    names, found = [[item.name for item in side] for side in (fitted, offered)]
    if lacking := [name for name in names if name not in found]:
        raise InvalidChoice(
            f"The model was fitted on predictors that these patients lack: "
            f"{', '.join(lacking)}."
        )
    if strange := [name for name in found if name not in names]:
        raise InvalidChoice(
            f"The model was not fitted on {', '.join(strange)}; leave them out."
        )
    if names != found:
        raise InvalidChoice(
            f"The predictors stand in another order than the model's: "
            f"{', '.join(names)}."
        )
    for ours, theirs in zip(fitted, offered, strict=True):
        if ours.unit != theirs.unit:
            raise InvalidChoice(
                f"{ours.name}: the model was fitted in {ours.unit}, these patients are "
                f"given in {theirs.unit}."
            )
