"""A segmented spine: its parts by name, each with its place in the patient."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.anatomy import Disc, Process, Side, Vertebra
from lbp_outcome.image import Image

OPTIONAL = frozenset({Vertebra.T13, Vertebra.L6})
"""Vertebrae that most people do not have."""

CUT_SHARE = 0.9
"""A part counts as cut off when its cross-section on the scan's last slice is more
than this share of its largest one: the scan ends in the middle of it. Real masks of
whole discs, cropped to their box, reach 0.88."""


class Numbering(StrEnum):
    """How the vertebrae got their names."""

    ANATOMICAL = "anatomical"
    RELATIVE_FROM_BOTTOM = "relative-from-bottom"


@dataclass(frozen=True, eq=False)
class Structure:
    """One part of the spine, cropped to its box.

    Attributes:
        mask: Its voxels, True inside, without any margin.
        at_edge: For each array axis, whether the part touches the first and the last
            slice of the scan, where it may go on unseen.
    """

    mask: Image
    at_edge: Bool[np.ndarray, "3 2"]

    @classmethod
    def cut_out(
        cls, inside: Bool[np.ndarray, "i j k"], scan: Image
    ) -> "Structure | None":
        """Crop a mask on the scan's voxels to its box; None where it is empty."""
        return cls.cut_box(inside, (0, 0, 0), scan)

    @classmethod
    def cut_box(
        cls,
        inside: Bool[np.ndarray, "i j k"],
        corner: tuple[int, int, int],
        scan: Image,
    ) -> "Structure | None":
        """Crop a mask that covers a part of the scan, from voxel `corner` on."""
        box = _bounding_box(inside)
        if box is None:
            return None
        first = np.array([side.start for side in box]) + corner
        stop = np.array([side.stop for side in box]) + corner
        affine = scan.affine.copy()
        affine[:3, 3] += scan.affine[:3, :3] @ first
        at_edge = np.stack([first == 0, stop == scan.values.shape], axis=1)
        return cls(Image(np.ascontiguousarray(inside[box]), affine), at_edge)

    def with_voxels(self, inside: Bool[np.ndarray, "i j k"]) -> "Structure | None":
        """Return the part of this structure that `inside` keeps, in its own box."""
        box = _bounding_box(inside)
        if box is None:
            return None
        first = np.array([side.start for side in box])
        stop = np.array([side.stop for side in box])
        affine = self.mask.affine.copy()
        affine[:3, 3] += affine[:3, :3] @ first
        still = np.stack([first == 0, stop == self.mask.values.shape], axis=1)
        return Structure(Image(inside[box], affine), self.at_edge & still)

    @cached_property
    def memory(self) -> dict[Any, Any]:
        """What was already worked out for this structure alone."""
        return {}

    @cached_property
    def points(self) -> Float[np.ndarray, "n 3"]:
        """Patient position of every voxel [mm]."""
        return self.mask.to_patient(np.argwhere(self.mask.values).astype(float))

    @cached_property
    def centroid(self) -> Float[np.ndarray, "3"]:
        """Centre of mass in patient space [mm]."""
        centre: np.ndarray = self.points.mean(axis=0)
        return centre

    @cached_property
    def volume_mm3(self) -> float:
        """Number of voxels times the volume of one [mm3]."""
        return float(self.mask.values.sum()) * self.mask.voxel_volume_mm3

    @cached_property
    def is_cut_off(self) -> bool:
        """Whether the scan ends in the middle of this part."""
        return any(
            self._section(axis)[-last] > CUT_SHARE * self._section(axis).max()
            for axis, last in np.argwhere(self.at_edge).tolist()
        )

    def meets_edge(self, direction: Float[np.ndarray, "3"]) -> bool:
        """Whether the part touches the end of the scan in a patient direction."""
        along = direction @ self.mask.affine[:3, :3] / self.mask.spacing_mm
        axis = int(np.abs(along).argmax())
        return bool(self.at_edge[axis, int(along[axis] > 0)])

    def _section(self, axis: int) -> np.ndarray:
        """Number of voxels in each slice along one array axis."""
        others = tuple(other for other in range(3) if other != axis)
        section: np.ndarray = self.mask.values.sum(axis=others)
        return section

    def continued(self, margin: int = 2) -> Image:
        """Return the mask with some empty voxels around it.

        Where the scan ends, the margin repeats the last slice instead, so that the end
        of a scan is never mistaken for the surface of a bone.
        """
        inside = self.mask.values
        wide = np.zeros([size + 2 * margin for size in inside.shape], bool)
        wide[tuple(slice(margin, margin + size) for size in inside.shape)] = inside
        for axis, (first, last) in enumerate(self.at_edge):
            along = np.moveaxis(wide, axis, 0)
            if first:
                along[:margin] = along[margin]
            if last:
                along[-margin:] = along[-margin - 1]
        affine = self.mask.affine.copy()
        affine[:3, 3] -= affine[:3, :3].sum(axis=1) * margin
        return Image(wide, affine)


@dataclass(frozen=True, eq=False, kw_only=True)
class Spine:
    """A segmented spine.

    Attributes:
        vertebrae: Vertebrae as segmented, with or without their arches.
        discs: Intervertebral discs.
        corpora: Vertebral bodies, where the segmentation tells them from the arches.
        processes: Arches and processes by vertebra, and by side where they are paired,
            where the segmentation tells them apart.
        canal: Spinal canal with all it holds, or None.
        cord: Spinal cord, or None.
        partial: Vertebrae that are only partly visible; their bodies are not measured.
        scheme: Name of the label scheme the masks were written in.
        numbering: Whether names are anatomical or counted from the bottom.
        assumption: What the names rest on; empty when they are anatomical.
        doubt: Why lengths and angles of this scan cannot be trusted, or empty.
        remarks: What was odd about the mask without making it useless: labels left
            out, bodies of an odd size, a scheme that hardly fits.
    """

    vertebrae: Mapping[Vertebra, Structure]
    discs: Mapping[Disc, Structure]
    corpora: Mapping[Vertebra, Structure] = field(default_factory=dict)
    processes: Mapping[tuple[Vertebra, Process, Side | None], Structure] = field(
        default_factory=dict
    )
    canal: Structure | None = None
    cord: Structure | None = None
    partial: frozenset[Vertebra] = frozenset()
    scheme: str = ""
    numbering: Numbering = Numbering.RELATIVE_FROM_BOTTOM
    assumption: str = ""
    doubt: str = ""
    remarks: tuple[str, ...] = ()

    @cached_property
    def memory(self) -> dict[Any, Any]:
        """Geometry already worked out for this spine (see `geometry.once`)."""
        return {}

    @property
    def naming(self) -> str:
        """What the names of the levels rest on, in words."""
        if self.numbering is Numbering.ANATOMICAL:
            return str(self.numbering)
        return self.assumption or "counted from the bottom, no assumption stated"

    @cached_property
    def named(self) -> tuple[Vertebra, ...]:
        """Every vertebra that is labelled or touches a labelled disc, head first."""
        ends = {end for disc in self.discs for end in (disc.upper, disc.lower)}
        return tuple(sorted({*self.vertebrae, *ends}, key=lambda name: name.order))

    @cached_property
    def stack(self) -> tuple[Structure, ...]:
        """The vertebrae, or the discs where there are fewer than two, head first."""
        if len(self.vertebrae) > 1:
            order = sorted(self.vertebrae, key=lambda name: name.order)
            return tuple(self.vertebrae[name] for name in order)
        if len(self.discs) > 1:
            return tuple(self.discs[disc] for disc in sorted(self.discs))
        return tuple(part for _, part in self.head_first)

    @cached_property
    def head_first(self) -> tuple[tuple[Vertebra | Disc, Structure], ...]:
        """Every vertebra and disc with its name, from the head down."""
        parts: list[tuple[Vertebra | Disc, Structure]] = []
        parts += self.vertebrae.items()
        parts += self.discs.items()
        return tuple(sorted(parts, key=lambda item: _height(item[0])))

    @cached_property
    def levels(self) -> tuple[Disc, ...]:
        """The lumbar discs that this spine's numbering has, from the head down."""
        return tuple(
            Disc(upper, lower)
            for upper, lower in _pairs(column(self.named))
            if lower.order >= Vertebra.L1.order
        )


def column(present: Mapping[Vertebra, Any] | tuple[Vertebra, ...]) -> list[Vertebra]:
    """Return all vertebrae head first; T13 and L6 only where they are present.

    >>> [str(name) for name in column((Vertebra.L6,))[-3:]]
    ['L5', 'L6', 'S1']
    """
    return [name for name in Vertebra if name not in OPTIONAL or name in present]


def _pairs(names: list[Vertebra]) -> list[tuple[Vertebra, Vertebra]]:
    return list(pairwise(names))


def _height(name: Vertebra | Disc) -> float:
    return name.upper.order + 0.5 if isinstance(name, Disc) else name.order


def _bounding_box(inside: np.ndarray) -> tuple[slice, slice, slice] | None:
    sides = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        found = np.flatnonzero(inside.any(axis=others))
        if not len(found):
            return None
        sides.append(slice(int(found[0]), int(found[-1]) + 1))
    return sides[0], sides[1], sides[2]
