"""Where a plane cuts through a structure, column by column of its voxels."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import ndimage

from lbp_outcome.geometry.frame import Points
from lbp_outcome.geometry.plane import Plane
from lbp_outcome.image import Image
from lbp_outcome.spine import Structure


@dataclass(frozen=True, eq=False)
class PlaneCut:
    """The section of a structure in a plane, on the voxels of its own scan.

    Each column of voxels is cut once, so that nothing is interpolated: a plane along
    the slices of a scan shows one slice as it is, thick slices across the plane show
    as strips.

    Attributes:
        structure: What is cut.
        plane: The plane.
        axis: Array axis along which the columns run.
        layer: For each column, which voxel along it the plane meets; may lie outside.
        inside: Columns whose voxel there belongs to the structure.
    """

    structure: Structure
    plane: Plane
    axis: int
    layer: Int[np.ndarray, "m n"]
    inside: Bool[np.ndarray, "m n"]

    @cached_property
    def area_mm2(self) -> float:
        """Area of the section in the plane [mm2]."""
        mask = self.structure.mask
        step = abs(float(self.plane.normal @ mask.affine[:3, self.axis]))
        return float(self.inside.sum()) * mask.voxel_volume_mm3 / step

    @cached_property
    def is_cut_off(self) -> bool:
        """Whether the section runs out of the scan, or may go on beyond its border."""
        first, second = np.delete(self.structure.at_edge, self.axis, axis=0)
        below, above = self.structure.at_edge[self.axis]
        sides = (
            (first[0], self.inside[0]),
            (first[1], self.inside[-1]),
            (second[0], self.inside[:, 0]),
            (second[1], self.inside[:, -1]),
        )
        if any(bool(touches and border.any()) for touches, border in sides):
            return True
        count = self.structure.mask.values.shape[self.axis]
        unseen = below & (self.layer < 0) | above & (self.layer >= count)
        if not unseen.any():
            return False
        return bool((ndimage.binary_dilation(self.inside) & unseen).any())


def cut_by(structure: Structure, plane: Plane) -> PlaneCut | None:
    """Return the section of a structure in a plane, None where it is not met."""
    mask = structure.mask
    start, rise = rising(mask, plane)
    if not _is_met(mask, start, rise):
        return None
    axis = int(np.argmax(np.abs(rise) / mask.spacing_mm))
    columns = np.moveaxis(mask.values, axis, 2)
    first, second = np.delete(rise, axis)
    aside = np.add.outer(
        first * np.arange(columns.shape[0]), second * np.arange(columns.shape[1])
    )
    layer = np.rint(-(start + aside) / rise[axis]).astype(int)
    within = (layer >= 0) & (layer < columns.shape[2])
    met = np.where(within, layer, 0)[:, :, None]
    inside = np.take_along_axis(columns, met, axis=2)[:, :, 0] & within
    return PlaneCut(structure, plane, axis, layer, inside) if inside.any() else None


def rising(mask: Image, plane: Plane) -> tuple[float, Float[np.ndarray, "3"]]:
    """Return the height of the first voxel over a plane, its rise per index [mm]."""
    start = float(plane.normal @ (mask.affine[:3, 3] - plane.centre))
    rise: np.ndarray = plane.normal @ mask.affine[:3, :3]
    return start, rise


def points_near(cut: PlaneCut, reach_mm: float, *, inner: bool = False) -> Points:
    """Return the structure's voxels that lie within a distance of the plane [mm].

    Args:
        cut: The plane and the structure.
        reach_mm: The distance [mm].
        inner: Leave out voxels at the structure's border within their layer, where
            the signal is mixed with that of its surroundings.
    """
    mask = cut.structure.mask
    start, rise = rising(mask, cut.plane)
    more = int(np.ceil(reach_mm / abs(rise[cut.axis]))) + 1
    low = max(int(cut.layer[cut.inside].min()) - more, 0)
    high = int(cut.layer[cut.inside].max()) + more + 1
    box = [slice(None)] * 3
    box[cut.axis] = slice(low, high)
    voxels = mask.values[tuple(box)]
    index = np.argwhere(without_border(voxels, cut.axis) if inner else voxels)
    index[:, cut.axis] += low
    near = np.abs(index @ rise + start) <= reach_mm
    return mask.to_patient(index[near].astype(float))


def without_border(
    inside: Bool[np.ndarray, "i j k"], axis: int
) -> Bool[np.ndarray, "i j k"]:
    """Leave out the outermost voxels of each layer; layers follow along `axis`."""
    layers = np.moveaxis(inside, axis, 0)
    wide = np.pad(layers, ((0, 0), (1, 1), (1, 1)))
    inner = layers & wide[:, :-2, 1:-1] & wide[:, 2:, 1:-1]
    inner &= wide[:, 1:-1, :-2] & wide[:, 1:-1, 2:]
    return np.moveaxis(inner, 0, axis)


def _is_met(mask: Image, start: float, rise: Float[np.ndarray, "3"]) -> bool:
    """Whether the plane passes through the box of the mask."""
    last = (np.array(mask.values.shape) - 0.5) * rise
    ends = np.stack([-0.5 * rise, last])
    low, high = start + ends.min(axis=0).sum(), start + ends.max(axis=0).sum()
    return bool(low <= 0 <= high)
