"""The table of predictors of one fold, for models that look at no image."""

from dataclasses import dataclass

from datamodules import DATAMODULES, DataModuleRecipe
from datamodules._fold import separate
from lbp_outcome.view import CohortView


@dataclass(frozen=True, kw_only=True)
class TabularData:
    """Patients to learn from, and patients to predict whose outcome is hidden.

    Attributes:
        train: Patients to learn from.
        held_out: Patients to predict; they carry no outcome.
    """

    train: CohortView
    held_out: CohortView


def build(train: CohortView, held_out: CohortView, seed: int) -> TabularData:
    """Return the fold; a table needs no chance, so the seed changes nothing.

    Raises:
        InvalidChoice: A patient is on both sides, or the sides hold other predictors.
    """
    train, held_out = separate(train, held_out)
    return TabularData(train=train, held_out=held_out)


TABULAR = DATAMODULES.add(DataModuleRecipe(name="tabular", build=build))
