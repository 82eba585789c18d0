"""A mask taken apart: which labels it holds and the structures they mark."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Integer, Shaped
from scipy import ndimage

from lbp_outcome.anatomy import Muscle, Process, Side
from lbp_outcome.errors import UnknownLabel
from lbp_outcome.image import Image
from lbp_outcome.spine import Structure

LARGEST_LABEL = 65_535
"""Larger numbers are intensities, not labels."""

Box = tuple[slice, slice, slice]
"""Where a label lies in the mask."""

Labels = Integer[np.ndarray, "i j k"]


class Kind(StrEnum):
    """What a label stands for."""

    VERTEBRA = "vertebra"
    PARTIAL_VERTEBRA = "partly visible vertebra"
    ALL_VERTEBRAE = "all vertebrae in one label"
    DISC = "disc below a vertebra"
    DISC_ABOVE = "disc above a vertebra"
    ALL_DISCS = "all discs in one label"
    ENDPLATE = "endplates beside a disc"
    CORPUS = "vertebral body"
    CANAL = "spinal canal"
    CORD = "spinal cord"
    PROCESS = "arch or process"
    MUSCLE = "muscle"
    OTHER = "not used"


@dataclass(frozen=True, slots=True)
class Part:
    """What one label stands for.

    Attributes:
        kind: The kind of structure.
        number: The scheme's number of the vertebra it belongs to; 0 for none.
        process: Which process it is; None for anything else.
        muscle: Which muscle it is; None for anything else.
        side: Side of a paired process or muscle.
    """

    kind: Kind
    number: int = 0
    process: Process | None = None
    muscle: Muscle | None = None
    side: Side | None = None


@dataclass(frozen=True, eq=False)
class Parts:
    """A mask with what its labels stand for.

    Attributes:
        mask: The mask as it was read.
        labels: Its labels as whole numbers.
        found: What each label that occurs in it stands for.
        boxes: Bounding box of each label that occurs.
    """

    mask: Image
    labels: Labels
    found: Mapping[int, Part]
    boxes: Mapping[int, Box]

    @property
    def numbers(self) -> list[int]:
        """Vertebra numbers that occur, with those named by discs."""
        return sorted({part.number for part in self.found.values() if part.number})

    def labels_of(self, *kinds: Kind) -> list[int]:
        """Return the labels of some kinds that occur."""
        return [label for label, part in self.found.items() if part.kind in kinds]

    def inside(self, box: Box, *kinds: Kind) -> Bool[np.ndarray, "i j k"]:
        """Return the voxels of some kinds in one box."""
        return among(self.labels[box], self.labels_of(*kinds))

    def structures(self, kind: Kind) -> dict[int, Structure]:
        """Return the structures of one kind by vertebra number."""
        return {
            self.found[label].number: self.cut_out(label)
            for label in self.labels_of(kind)
        }

    def muscles(self) -> Iterator[tuple[Muscle, Side, Structure]]:
        """Every muscle with its side."""
        for label in self.labels_of(Kind.MUSCLE):
            part = self.found[label]
            if part.muscle and part.side:
                yield part.muscle, part.side, self.cut_out(label)

    def union(self, *kinds: Kind) -> Structure | None:
        """Return all voxels of some kinds as one structure, or None."""
        labels = self.labels_of(*kinds)
        if not labels:
            return None
        box = around(self.boxes[label] for label in labels)
        return in_box(among(self.labels[box], labels), box, self.mask)

    def cut_out(self, label: int) -> Structure:
        """Return the voxels of one label."""
        box = self.boxes[label]
        return in_box(self.labels[box] == label, box, self.mask)

    @cached_property
    def counts(self) -> dict[int, int]:
        """Number of voxels of each label."""
        return {
            label: int(np.count_nonzero(self.labels[self.boxes[label]] == label))
            for label in self.found
        }


def in_box(inside: Bool[np.ndarray, "i j k"], box: Box, scan: Image) -> Structure:
    """Return a structure whose box is known already, without searching for it."""
    first = np.array([side.start for side in box])
    stop = np.array([side.stop for side in box])
    affine = scan.affine.copy()
    affine[:3, 3] += scan.affine[:3, :3] @ first
    at_edge = np.stack([first == 0, stop == scan.values.shape], axis=1)
    return Structure(Image(np.ascontiguousarray(inside), affine), at_edge)


def around(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around some boxes."""
    sides = list(zip(*boxes, strict=True))
    low, middle, last = (
        slice(min(s.start for s in side), max(s.stop for s in side)) for side in sides
    )
    return low, middle, last


def boxes_of(labels: Labels) -> dict[int, Box]:
    """Return the labels that occur, without the background, and where they lie."""
    found = enumerate(ndimage.find_objects(labels), 1)
    return {label: box for label, box in found if box is not None}


def present(labels: Integer[np.ndarray, " n"]) -> list[int]:
    """Return the labels that occur in a short list."""
    return [int(label) for label in np.flatnonzero(np.bincount(labels)) if label]


def among(labels: Labels, chosen: Iterable[int]) -> Bool[np.ndarray, "i j k"]:
    """Return the voxels whose label is one of some: comparing is fastest for a few."""
    inside = np.zeros_like(labels, bool)
    for label in chosen:
        inside |= labels == label
    return inside


def whole_numbers(values: Shaped[np.ndarray, "i j k"]) -> Labels:
    """Return labels as whole numbers, as files that store them as decimals need.

    Raises:
        UnknownLabel: Some values are not whole numbers from 0 to 65,535.
    """
    if values.dtype in (np.uint8, np.uint16):
        return np.asarray(values)
    low, high = values.min(initial=0), values.max(initial=0)
    if low < 0 or high > LARGEST_LABEL:
        raise UnknownLabel(
            f"the mask holds values from {low:g} to {high:g}: this looks like a scan, "
            f"not a segmentation"
        )
    labels: np.ndarray = values.astype(np.uint8 if high < 256 else np.uint16)
    if values.dtype.kind == "f" and not np.array_equal(labels, values):
        raise UnknownLabel(
            "the mask holds numbers between labels: it was interpolated; resample it "
            "again with nearest-neighbour interpolation, or check that it is a mask"
        )
    return labels


def listed(labels: Iterable[int]) -> str:
    """Write labels as the subject of a sentence, ending in "is" or "are".

    >>> listed([41]), listed([41, 60])
    ('label 41 is', 'labels 41, 60 are')
    """
    names = [str(label) for label in labels]
    shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    return f"label {shown} is" if len(names) == 1 else f"labels {shown} are"


def ranges(labels: Iterable[int]) -> str:
    """Write labels in short.

    >>> ranges([1, 2, 3, 100, 201, 202])
    '1-3, 100, 201-202'
    """
    runs: list[list[int]] = []
    for label in sorted(labels):
        if runs and label == runs[-1][-1] + 1:
            runs[-1].append(label)
        else:
            runs.append([label])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}-{r[-1]}" for r in runs)
