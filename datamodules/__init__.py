"""Data modules: views of a cohort for one fold, one file each."""

from collections.abc import Callable
from dataclasses import dataclass

from lbp_outcome.contracts import FoldData
from lbp_outcome.registry import Shelf
from lbp_outcome.view import CohortView


@dataclass(frozen=True, kw_only=True)
class DataModuleRecipe:
    """A named way to hand one fold to a model.

    Attributes:
        name: Name on the shelf of data modules.
        build: Takes the training patients, the held-out patients and a seed.
    """

    name: str
    build: Callable[[CohortView, CohortView, int], FoldData]


DATAMODULES: Shelf[DataModuleRecipe] = Shelf("data module", __name__)
