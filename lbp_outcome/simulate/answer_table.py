"""A table of whole-number answers as text, fast enough for a million forms."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int8, UInt8

from lbp_outcome.simulate.people.forms import BLANK

HIGHEST = 100


def answer_table(
    patients: Sequence[str],
    visits: Sequence[str],
    answers: Int8[np.ndarray, "patients visits items"],
    items: Sequence[str],
) -> bytes:
    """Return a tab-separated table with one row per patient and visit.

    Every cell is as wide as the widest, filled up with zero bytes, which are dropped
    at the end; so no row is ever a text of its own.

    Args:
        patients: Pseudonyms.
        visits: Names of the visits.
        answers: Whole numbers from 0 to 100, or `BLANK`.
        items: Names of the questions.
    """
    header = "\t".join(["participant_id", "visit", *items]) + "\n"
    rows = len(patients) * len(visits)
    cells = _cells()[answers.reshape(rows, len(items))]
    table = np.column_stack(
        [
            np.repeat(_bytes(patients), len(visits), axis=0),
            np.tile(_bytes([f"\t{visit}" for visit in visits]), (len(patients), 1)),
            cells.reshape(rows, -1),
            np.full((rows, 1), ord("\n"), np.uint8),
        ]
    )
    rows_of_text: bytes = table[table != 0].tobytes()
    return header.encode() + rows_of_text


def _cells() -> UInt8[np.ndarray, "answers width"]:
    """The text of every answer after a tab; `BLANK` (-1) finds the last one."""
    assert BLANK == -1
    return _bytes([*(f"\t{answer}" for answer in range(HIGHEST + 1)), "\tn/a"])


def _bytes(texts: Sequence[str]) -> UInt8[np.ndarray, "texts width"]:
    """Texts as rows of bytes, filled up with zeros."""
    padded = np.array([text.encode() for text in texts])
    return padded.view(np.uint8).reshape(len(texts), -1)
