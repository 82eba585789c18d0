"""The rule that no patient stands on both sides of a fold."""

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.view import CohortView


def separate(train: CohortView, held_out: CohortView) -> tuple[CohortView, CohortView]:
    """Return both sides of a fold, the held-out side without its outcome.

    Raises:
        InvalidChoice: A patient is on both sides, or the sides hold other predictors.
    """
    if both := set(train.patients) & set(held_out.patients):
        raise InvalidChoice(
            f"{len(both)} patients are on both sides of the fold; a patient may be "
            "learned from or predicted, never both."
        )
    if train.predictors != held_out.predictors:
        raise InvalidChoice(
            "The training and the held-out patients have different predictors; make "
            "both views from one table."
        )
    return train, held_out.without_outcome()
