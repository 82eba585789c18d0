"""The piece of a muscle between the third lowest and the lowest disc."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from lbp_outcome.anatomy import Disc, Muscle, Side
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import MuscleScan
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.frame import Points, Vector, rough_frame
from lbp_outcome.geometry.muscle_section import Scans, require_sides
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.plane import Plane
from lbp_outcome.geometry.plane_cut import rising, without_border
from lbp_outcome.spine import Spine, Structure

WHOLE = 0.99
"""A voxel at the border of the scan that lies between the ends by more than this share
shows that the muscle goes on unseen."""

DISCS = 3
"""The range runs from the middle of the third lowest disc to that of the lowest: the
part of the lumbar muscles that axial blocks usually cover."""


@dataclass(frozen=True, eq=False)
class MuscleRange:
    """One muscle of one side between two discs.

    Attributes:
        scan: The series that shows it.
        structure: The whole muscle there.
        index: Its voxels that lie between the discs, whole or partly.
        share: How much of each does.
        axis: Array axis that runs along the spine.
        upper: The disc above.
        lower: The disc below.
    """

    scan: MuscleScan
    structure: Structure
    index: Int[np.ndarray, "n 3"]
    share: Float[np.ndarray, " n"]
    axis: int
    upper: Disc
    lower: Disc

    @property
    def volume_cm3(self) -> float:
        """Volume between the discs [cm3]."""
        return float(self.share.sum()) * self.structure.mask.voxel_volume_mm3 / 1000

    @cached_property
    def inner_points(self) -> Points:
        """Voxels between the discs without those at the border of their layer [mm]."""
        inner = without_border(self.structure.mask.values, self.axis)
        kept = self.index[(self.share > 0.5) & inner[tuple(self.index.T)]]
        return self.structure.mask.to_patient(kept.astype(float))

    @property
    def remark(self) -> str:
        """Where the piece ends."""
        return f"between the middles of discs {self.upper} and {self.lower}"


@once
def muscle_range(spine: Spine, scans: Scans, muscle: Muscle, side: Side) -> MuscleRange:
    """Return a muscle between the third lowest and the lowest lumbar disc.

    The ends are square to the long axis of the spine. The series with the smallest
    voxels among those that show it whole is taken.

    Raises:
        NotMeasurable: A disc is not visible, or no series shows the whole piece.
    """
    upper, lower = spine.levels[-DISCS], spine.levels[-1]
    head = rough_frame(spine).superior
    ends = disc_frame(spine, lower).origin, disc_frame(spine, upper).origin
    shown = [scan for scan in scans if (muscle, side) in scan.muscles]
    name = f"{side} {muscle.replace('_', ' ')}"
    if not shown:
        raise NotMeasurable(f"the {name} is not segmented")
    for scan in sorted(shown, key=_grain):
        structure = scan.muscles[muscle, side]
        found = _between(structure, ends, head)
        if found is not None:
            require_sides(spine, scan, muscle)
            return MuscleRange(scan, structure, *found, upper, lower)
    raise NotMeasurable(
        f"no series shows the whole {name} between the discs {upper} and {lower}"
    )


def _grain(scan: MuscleScan) -> float:
    return next(iter(scan.muscles.values())).mask.voxel_volume_mm3


def _between(
    structure: Structure, ends: tuple[Vector, Vector], head: Vector
) -> tuple[Int[np.ndarray, "n 3"], Float[np.ndarray, " n"], int] | None:
    """Voxels between both ends and their shares; None where the scan ends before."""
    mask = structure.mask
    start, rise = rising(mask, Plane(ends[0], head))
    axis = int(np.argmax(np.abs(rise) / mask.spacing_mm))
    length, step = float(head @ (ends[1] - ends[0])), abs(float(rise[axis]))
    if _is_short(structure, start, rise, length):
        return None
    index = np.argwhere(mask.values)
    height = index @ rise + start
    share = np.clip(height / step + 0.5, 0, 1)
    share = share * np.clip((length - height) / step + 0.5, 0, 1)
    within = share > 0
    index, share = index[within], share[within]
    if not len(index) or _runs_out(structure, index[share > WHOLE]):
        return None
    return index, share, axis


def _is_short(
    structure: Structure, start: float, rise: Float[np.ndarray, "3"], length: float
) -> bool:
    """Whether the scan, seen from its box alone, ends between the two ends."""
    reach = (np.array(structure.mask.values.shape) - 1) * rise
    low = start + np.minimum(reach, 0).sum()
    high = start + np.maximum(reach, 0).sum()
    axis = int(np.argmax(np.abs(rise) / structure.mask.spacing_mm))
    bottom, top = structure.at_edge[axis][:: 1 if rise[axis] > 0 else -1]
    half = abs(float(rise[axis])) / 2
    return bool((bottom and low > half) or (top and high < length - half))


def _runs_out(structure: Structure, index: Int[np.ndarray, "n 3"]) -> bool:
    """Whether any of these voxels lies at the border of the scan."""
    last = np.array(structure.mask.values.shape) - 1
    first_touch = (structure.at_edge[:, 0] & (index == 0)).any()
    return bool(first_touch or (structure.at_edge[:, 1] & (index == last)).any())
