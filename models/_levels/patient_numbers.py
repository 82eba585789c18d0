"""What the level encoder says of one patient, as a few numbers a clinician knows."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.units import Unit
from lbp_outcome.view import CROP_SHAPE, LevelCrop, PatientImages, Predictor
from models._levels.encoder import CHANNELS, LevelEncoder, over_levels
from models._levels.gradings import BY_NAME
from models._levels.losses import amount, split

KEPT = 4096
"""Patients whose numbers stay in memory: 80 bytes each."""

NEVER_DARKER = -1.0
"""Scaled intensities below this are no MR image."""

GROUP = "mri_reading"

NUMBERS = tuple(
    Predictor(name=f"mri_{name}", unit=unit, group=GROUP, description=sentence)
    for name, unit, sentence in (
        ("pfirrmann", Unit.SCORE, "Pfirrmann grade of the narrowest level"),
        ("worn", Unit.RATIO, "Chance of Pfirrmann 4 or 5 at the narrowest level"),
        ("sac_area", Unit.SQUARE_MILLIMETRE, "Smallest area of the dural sac"),
        ("stenosis", Unit.SCORE, "Stenosis grades of all levels added up"),
        ("fat_absent", Unit.RATIO, "Chance that the narrowest level lacks fat behind"),
        ("redundant_roots", Unit.RATIO, "Chance of redundant nerve roots"),
        ("multifidus_fat", Unit.PERCENT, "Fat in the multifidus, mean of all levels"),
        ("erector_fat", Unit.PERCENT, "Fat in the erector spinae, mean of all levels"),
        ("modic", Unit.RATIO, "Chance of a Modic change, worst level"),
        ("slip", Unit.RATIO, "Chance of a slipped vertebra, worst level"),
    )
)
"""What is read off the images of a patient, and how it is called.

The narrowest level is the one with the smallest area as the network sees it: usually
the one that is operated on. All of it is the network's opinion, none is measured.
"""


@dataclass(frozen=True, eq=False)
class PatientReader:
    """Reads patients once and remembers them by the content of their images.

    Attributes:
        encoder: The network, in evaluation mode.
    """

    encoder: LevelEncoder
    _known: "OrderedDict[bytes, np.ndarray]" = field(default_factory=OrderedDict)

    def read(
        self, images: PatientImages | None, levels: Sequence[Disc]
    ) -> Float[np.ndarray, " numbers"]:
        """Return the numbers of a patient; NaN throughout where there is no MRI.

        Raises:
            InvalidChoice: A crop is of another size, not finite, or constant.
        """
        crops = {} if images is None else images.levels
        seen = {level: crops[level] for level in levels if level in crops}
        if not seen:
            return np.full(len(NUMBERS), np.nan)
        key = content_key(seen)
        if key not in self._known:
            self._known[key] = self._read(seen)
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        return self._known[key].copy()

    def _read(self, seen: Mapping[Disc, LevelCrop]) -> Float[np.ndarray, " numbers"]:
        crops = np.stack([two_channels(level, crop) for level, crop in seen.items()])
        with torch.inference_mode():
            return patient_numbers(self.encoder, torch.from_numpy(crops))


def patient_numbers(
    encoder: LevelEncoder,
    crops: Float[Tensor, "level channel left posterior superior"],
) -> Float[np.ndarray, " numbers"]:
    """Return the numbers of one patient from the crops of the levels."""
    found = encoder(crops)
    raw = {grading.name: values for grading, values in split(found.raw)}
    area, multifidus, erector = (
        amount(BY_NAME[name], raw[name][:, 0])
        for name in ("sac_area_mm2", "multifidus_fat_percent", "erector_fat_percent")
    )
    narrowest = int(area.argmin())
    steps = raw["pfirrmann_grade"].sigmoid()[narrowest]
    everywhere = torch.ones(1, len(crops), dtype=torch.bool)
    roots = over_levels(raw["redundant_roots"][None], found.attention[None], everywhere)
    numbers = (
        1 + steps.sum(),
        steps[2],
        area.min(),
        raw["stenosis_grade"].sigmoid().sum(),
        raw["epidural_fat_absent"][narrowest, 0].sigmoid(),
        roots[0, 0].sigmoid(),
        multifidus.mean(),
        erector.mean(),
        1 - raw["modic_type"].softmax(dim=1)[:, 0].min(),
        raw["slip"].sigmoid().max(),
    )
    return np.array([float(number) for number in numbers])


def two_channels(
    level: Disc, crop: LevelCrop
) -> Float32[np.ndarray, "channel left posterior superior"]:
    """Return T2 and T1 of a level, T1 zero where there is none.

    Raises:
        InvalidChoice: A crop is of another size, not finite, constant or negative.
    """
    both = np.zeros((CHANNELS, *CROP_SHAPE), np.float32)
    for place, (name, values) in enumerate((("T2", crop.values), ("T1", crop.t1))):
        if values is not None:
            _require_image(f"{name} crop of {level}", values)
            both[place] = values
    return both


def _require_image(what: str, values: np.ndarray) -> None:
    if values.shape != CROP_SHAPE:
        raise InvalidChoice(
            f"The {what} has {values.shape} voxels (left, posterior, superior), the "
            f"pretrained encoder knows {CROP_SHAPE}; prepare it with the usual grid."
        )
    if not np.isfinite(values).all():
        raise InvalidChoice(f"The {what} holds NaN or infinite voxels.")
    if np.ptp(values) == 0:
        raise InvalidChoice(f"The {what} has one value throughout: no image.")
    if values.min() < NEVER_DARKER:
        raise InvalidChoice(
            f"The {what} reaches {values.min():g}: crops are scaled so that none is "
            f"below 0; is it standardised or of another modality?"
        )


def content_key(seen: Mapping[Disc, LevelCrop]) -> bytes:
    """Return a sum over all voxels: other images never pass for these."""
    digest = hashlib.sha256()
    for level, crop in seen.items():
        digest.update(f"{level} {crop.values.shape} {crop.t1 is None}".encode())
        digest.update(np.ascontiguousarray(crop.values).tobytes())
        if crop.t1 is not None:
            digest.update(np.ascontiguousarray(crop.t1).tobytes())
    return digest.digest()
