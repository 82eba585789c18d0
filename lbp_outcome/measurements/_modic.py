"""Changes of the marrow beside an endplate that look like those Modic described."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.once import once
from lbp_outcome.measurements._evenness import Weighting
from lbp_outcome.measurements._subendplate import (
    CELL_MM,
    LAYERS,
    MARGIN_MM,
    beside,
    cells_beside,
    marrow,
)
from lbp_outcome.records import Remarked

WEIGHTINGS: tuple[Weighting, Weighting] = ("t1", "t2")

OEDEMA_T1, OEDEMA_T2 = -1.0, 0.0
"""Type I: darker than this on T1, brighter than this on T2 [SD of the mid-body]."""

FAT, FAT_T2 = 1.7, -0.5
"""Type II: brighter than this on T1 and T2 together, not darker than that on T2 [SD].
"""

T1_WEIGHS = 2 / 3
"""Fat brightens both images, but is told by T1: its weight in their mean."""

DENSE = -2.75
"""Type III: darker than this on both [SD]. The dense bone beside a worn disc stays
above it."""

LEAST_SHARE = (0.10, 0.10, 0.12)
"""A type is present if it takes up at least this share of the slab. The cut-offs were
proposed by lbp-outcome and tuned on simulated spines; they are uncertain."""


@dataclass(frozen=True, eq=False)
class Change:
    """How the marrow beside an endplate differs from that of the mid-body.

    Attributes:
        shares: Share of the slab that looks like type I, II and III.
        strength: Mean contrast of the changed part times its share, for each type.
        height_mm: How deep each type reaches from the endplate.
        body_mm: Height of the body.
        remark: What the reader must know of the images, or empty.
    """

    shares: Float[np.ndarray, "3"]
    strength: Float[np.ndarray, "3"]
    height_mm: Float[np.ndarray, "3"]
    body_mm: float
    remark: str

    @property
    def leading(self) -> int:
        """Index of the type that exceeds what is usual most."""
        return int((self.shares / LEAST_SHARE).argmax())

    @property
    def present(self) -> Bool[np.ndarray, "3"]:
        """Which types take up enough of the slab to count."""
        return np.asarray(self.shares >= LEAST_SHARE)

    def remarked(self, value: float) -> float | Remarked:
        """Return a value taken from it, with the remark if there is one."""
        return Remarked(value, self.remark) if self.remark else value


@once
def change(examination: Examination, disc: Disc, border: Border) -> Change:
    """Return the change of the marrow beside one endplate, from T1 and T2.

    Raises:
        NotMeasurable: The endplate or the body is not visible in both images.
    """
    vertebra, end = beside(disc, border)
    cells = cells_beside(examination.spine, vertebra, end)
    t1, t2 = (marrow(examination, vertebra, end, name) for name in WEIGHTINGS)
    kinds = _kinds(t1.z, t2.z) & (cells.voxels > 0)
    weight = cells.voxels[..., :LAYERS] / cells.voxels[..., :LAYERS].sum()
    near = kinds[..., :LAYERS] * weight
    contrast = np.hypot(t1.z, t2.z)[..., :LAYERS]
    return Change(
        shares=near.sum(axis=(1, 2, 3)),
        strength=(near * contrast).sum(axis=(1, 2, 3)),
        height_mm=np.array([_reach_mm(kind) for kind in kinds]),
        body_mm=cells.height_mm,
        remark="; ".join(filter(None, (t1.remark, t2.remark))),
    )


def _kinds(
    t1: Float[np.ndarray, "left back deep"], t2: Float[np.ndarray, "left back deep"]
) -> Bool[np.ndarray, "3 left back deep"]:
    """Which cells look like type I, II and III."""
    return np.stack(
        [
            (t1 < OEDEMA_T1) & (t2 > OEDEMA_T2),
            (T1_WEIGHS * t1 + (1 - T1_WEIGHS) * t2 > FAT) & (t2 > FAT_T2),
            (t1 < DENSE) & (t2 < DENSE),
        ]
    )


def _reach_mm(changed: Bool[np.ndarray, "left back deep"]) -> float:
    """How deep an unbroken change reaches in the columns that reach deepest.

    The deepest tenth of the changed columns is left out as noise.
    """
    runs = np.cumprod(changed, axis=2).sum(axis=2)
    runs = runs[runs > 0]
    if not len(runs):
        return 0.0
    return MARGIN_MM + CELL_MM[2] * float(np.quantile(runs, 0.9))
