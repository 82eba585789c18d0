"""The MRI as columns of the table, and by which network they were read."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.view import CohortView
from models._levels.encoder import ARCHITECTURE
from models._levels.patient_numbers import NUMBERS, PatientReader
from models._levels.weights import shipped_encoder
from models._saved import SavedModel


def read_images(view: CohortView, sha256: str) -> CohortView:
    """Return the patients with what the network reads off their MRI as predictors.

    Args:
        view: The patients.
        sha256: Of the network's weights.

    Raises:
        InvalidChoice: A crop is no image that the network knows, or the table already
            holds its readings.
        UnreadableFile: Other weights are shipped here.
    """
    if taken := {p.name for p in view.predictors} & {p.name for p in NUMBERS}:
        raise InvalidChoice(
            f"The table already holds {', '.join(sorted(taken))}; these names are the "
            f"network's."
        )
    reader = _reader(sha256)
    readings = [
        reader.read(view.images.get(patient), view.levels) for patient in view.patients
    ]
    columns = np.reshape(readings, (len(view), len(NUMBERS)))
    return replace(
        view,
        predictors=(*view.predictors, *NUMBERS),
        table=np.hstack([view.table, columns]),
    )


def encoder_entry(sha256: str) -> Mapping[str, str]:
    """Return how the card of a model names the network it was fitted with."""
    return {"architecture": ARCHITECTURE, "sha256": sha256}


def encoder_of(card: SavedModel, folder: Path) -> str:
    """Return the SHA-256 sum of the network that a saved model was fitted with.

    Raises:
        UnreadableFile: The card is damaged, or another network is shipped here.
    """
    try:
        entry = card.fitted["encoder"]
        architecture, sha256 = entry["architecture"], str(entry["sha256"])
    except (KeyError, TypeError):
        raise UnreadableFile(f"{folder}: the model's card is damaged.") from None
    if architecture != ARCHITECTURE:
        raise UnreadableFile(
            f"{folder}: fitted with a {architecture}, this version has a "
            f"{ARCHITECTURE}; fit it again."
        )
    shipped_encoder(sha256)
    return sha256


@lru_cache(maxsize=2)
def _reader(sha256: str) -> PatientReader:
    """One reader for the whole process: folds and models share what it remembers."""
    return PatientReader(shipped_encoder(sha256))
