"""The MRI as columns of the table, and by which network they were read."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from lbp_outcome.errors import UnreadableFile
from lbp_outcome.view import CohortView
from models._levels.encoder import ARCHITECTURE
from models._levels.patient_numbers import PatientReader
from models._levels.weights import shipped_encoder
from models._saved import SavedModel
from models.embedded import with_readings


def read_images(view: CohortView, sha256: str) -> CohortView:
    """Return the patients with what the network reads off their MRI as predictors.

    Args:
        view: The patients.
        sha256: Of the network's weights.

    Raises:
        InvalidChoice: A crop is no image that the network knows.
        UnreadableFile: Other weights are shipped here.
    """
    return with_readings(view, _reader(sha256))


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
