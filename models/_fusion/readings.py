"""The numbers that the level encoder reads off each patient, all patients at once."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from models._levels.encoder import Reading, over_levels
from models._levels.gradings import BY_NAME
from models._levels.losses import amount, split


def readings(
    found: Reading, present: Bool[Tensor, "patient level"]
) -> Float[Tensor, "patient number"]:
    """Return `NUMBERS` of each patient, as `patient_numbers` does of one at a time.

    Here they keep their gradient, so that a heat map also shows what moves them.

    Args:
        found: What the encoder sees in each level of each patient.
        present: Which levels there are.

    Returns:
        NaN throughout where a patient has no level.
    """
    raw = {grading.name: values for grading, values in split(found.raw)}
    area, multifidus, erector = (
        amount(BY_NAME[name], raw[name].flatten()).reshape(present.shape)
        for name in ("sac_area_mm2", "multifidus_fat_percent", "erector_fat_percent")
    )
    area = area.masked_fill(~present, torch.inf)
    narrowest = torch.arange(len(area)), area.argmin(dim=1)
    steps = raw["pfirrmann_grade"].sigmoid()[narrowest]
    roots = over_levels(raw["redundant_roots"], found.attention, present)
    no_modic = raw["modic_type"].softmax(dim=-1)[..., 0]
    numbers = (
        1 + steps.sum(dim=1),
        steps[:, 2],
        area[narrowest],
        (raw["stenosis_grade"].sigmoid().sum(dim=-1) * present).sum(dim=1),
        raw["epidural_fat_absent"][..., 0][narrowest].sigmoid(),
        roots[:, 0].sigmoid(),
        _mean(multifidus, present),
        _mean(erector, present),
        1 - no_modic.masked_fill(~present, torch.inf).amin(dim=1),
        (raw["slip"][..., 0].sigmoid() * present).amax(dim=1),
    )
    seen = present.any(dim=1)[:, None]
    return torch.where(seen, torch.stack(numbers, dim=1), torch.nan)


def _mean(
    values: Float[Tensor, "patient level"], present: Bool[Tensor, "patient level"]
) -> Float[Tensor, " patient"]:
    mean: Tensor = (values * present).sum(dim=1) / present.sum(dim=1).clamp(min=1)
    return mean
