"""What the shipped encoder sees, computed once per patient and remembered."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import torch

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.view import CohortView, LevelCrop, PatientImages
from models._fusion.levels import ShippedLevels
from models._fusion.look import Look
from models._levels.patient_numbers import NUMBERS, content_key, two_channels
from models._levels.weights import shipped_encoder, shipped_sha256

KEPT = 4096
"""Patients that stay in memory: 6 kB each."""


@dataclass(frozen=True, eq=False)
class LevelMemory:
    """Looks at patients once and knows them again by the content of their images.

    Attributes:
        levels: The shipped encoder.
    """

    levels: ShippedLevels
    _known: "OrderedDict[bytes, Look]" = field(default_factory=OrderedDict)

    def look(self, view: CohortView) -> Look:
        """Return what is seen in the levels of all patients.

        Raises:
            InvalidChoice: A crop is of another size, not finite, constant or negative.
        """
        shape = len(view), len(view.levels)
        found = Look(
            torch.zeros(*shape, self.levels.size),
            torch.zeros(shape, dtype=torch.bool),
            torch.full((len(view), self.levels.numbers), torch.nan),
        )
        for row, patient in enumerate(view.patients):
            crops = view.images.get(patient, PatientImages()).levels
            if seen := {level: crops[level] for level in view.levels if level in crops}:
                look = self._once(seen)
                places = [view.levels.index(level) for level in seen]
                found.features[row, places] = look.features[0]
                found.present[row, places] = True
                found.readings[row] = look.readings[0]
        return found

    def _once(self, seen: Mapping[Disc, LevelCrop]) -> Look:
        key = content_key(seen)
        if key not in self._known:
            self._known[key] = self._look(seen)
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        return self._known[key]

    def _look(self, seen: Mapping[Disc, LevelCrop]) -> Look:
        crops = np.stack([two_channels(level, crop) for level, crop in seen.items()])
        present = torch.ones(1, len(crops), dtype=torch.bool)
        with torch.no_grad():
            look: Look = self.levels(torch.from_numpy(crops)[None], present)
        return look


def with_readings(view: CohortView) -> CohortView:
    """Return the patients with what the shipped encoder reads off their MRI.

    Raises:
        InvalidChoice: The table has columns of these names, or a crop is no image that
            the encoder knows.
    """
    if taken := {p.name for p in view.predictors} & {p.name for p in NUMBERS}:
        raise InvalidChoice(
            f"The table already holds {', '.join(sorted(taken))}; these names are the "
            f"network's."
        )
    numbers = shipped_look(view).readings.double().numpy()
    return replace(
        view,
        predictors=(*view.predictors, *NUMBERS),
        table=np.hstack([view.table, numbers]),
    )


def shipped_look(view: CohortView) -> Look:
    """Return what the shipped encoder sees in some patients.

    Raises:
        InvalidChoice: A crop is of another size, not finite, constant or negative.
    """
    return _memory(shipped_sha256()).look(view)


@lru_cache(maxsize=2)
def _memory(sha256: str) -> LevelMemory:
    """One for the whole process: folds and models share what it remembers."""
    shipped_encoder(sha256)
    return LevelMemory(ShippedLevels(trained=False).eval())
