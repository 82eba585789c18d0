"""A saved model: one JSON card, and weights whose checksum the card holds.

No part of it is a pickle, so opening a model cannot run somebody's code.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import UnreadableFile
from lbp_outcome.io.atomic import write_text
from lbp_outcome.units import Unit
from lbp_outcome.view import Predictor

CARD = "model.json"
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class SavedModel:
    """What the card of a saved model says.

    Attributes:
        model: Name on the shelf of models.
        predictors: What it was fitted on, in order.
        fitted: Everything else it learned, as plain numbers and words.
    """

    model: str
    predictors: tuple[Predictor, ...]
    fitted: Mapping[str, Any]

    def write(self, folder: Path) -> None:
        """Write the card last: it holds the checksum of every file beside it."""
        files = {path.name: checksum(path) for path in sorted(Path(folder).iterdir())}
        card = {
            "model": self.model,
            "format": FORMAT,
            "predictors": [asdict(item) for item in self.predictors],
            "fitted": self.fitted,
            "sha256": files,
        }
        write_text(Path(folder) / CARD, json.dumps(card, indent=1, allow_nan=False))

    @classmethod
    def read(cls, folder: Path, model: str) -> "SavedModel":
        """Read the card of a model of this name and check the files beside it.

        Raises:
            UnreadableFile: The card or a file is missing or altered, or it is the
                card of another model or of a newer version of this toolkit.
        """
        path = Path(folder) / CARD
        try:
            card = json.loads(path.read_text("utf-8"), parse_constant=_refuse)
            _check_kind(path, card, model)
            _check_files(Path(folder), card["sha256"])
            predictors = tuple(_predictor(item) for item in card["predictors"])
            return cls(model=model, predictors=predictors, fitted=card["fitted"])
        except FileNotFoundError as error:
            missing = error.filename or path
            raise UnreadableFile(f"{missing}: there is no such file.") from None
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, UnreadableFile):
                raise
            raise UnreadableFile(f"{path}: the model's card is damaged.") from None

    def numbers(self, key: str, count: int) -> Float[np.ndarray, " count"]:
        """Return a list of numbers of known length.

        Raises:
            UnreadableFile: It is absent or of another length.
        """
        try:
            values = np.array(self.fitted[key], dtype=float)
        except (KeyError, TypeError, ValueError):
            values = np.empty(())
        if values.shape != (count,):
            raise UnreadableFile(
                f"{self.model}: the model's card should hold {count} numbers under "
                f"{key!r}; it is damaged."
            )
        return values


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_kind(path: Path, card: Mapping[str, Any], model: str) -> None:
    if card["model"] != model:
        raise UnreadableFile(f"{path}: this is a {card['model']} model, not {model}.")
    if card["format"] != FORMAT:
        raise UnreadableFile(
            f"{path}: written in format {card['format']}, this version reads "
            f"{FORMAT}; fit the model again or update the toolkit."
        )


def _check_files(folder: Path, sums: Mapping[str, str]) -> None:
    for name, expected in sums.items():
        path = folder / Path(name).name  # never outside the folder
        if checksum(path) != expected:
            raise UnreadableFile(f"{path}: altered or damaged since it was saved.")


def _predictor(item: Mapping[str, Any]) -> Predictor:
    return Predictor(**{**item, "unit": Unit(item["unit"])})


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def listed(values: Float[np.ndarray, " count"]) -> list[float]:
    """Return numbers as JSON keeps them: to the last bit."""
    return [float(value) for value in values]
