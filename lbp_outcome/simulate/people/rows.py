"""Choosing patients from a record that holds one array element for each."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
from jaxtyping import Int

Record = TypeVar("Record")


def rows_of(record: Record, rows: Int[np.ndarray, " chosen"]) -> Record:
    """Return a record of the patients in these rows, in this order."""
    whole: Any = record
    chosen = {f.name: _rows(getattr(whole, f.name), rows) for f in fields(whole)}
    changed: Record = replace(whole, **chosen)
    return changed


def _rows(
    values: np.ndarray | Mapping[str, np.ndarray], rows: np.ndarray
) -> np.ndarray | dict[str, np.ndarray]:
    """Rows of one array, or of each array by name."""
    if isinstance(values, np.ndarray):
        chosen: np.ndarray = values[rows]
        return chosen
    return {name: array[rows] for name, array in values.items()}
