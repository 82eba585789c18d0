"""A mask taken apart: which labels it holds and the structures they mark."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from jaxtyping import Integer, Shaped
from scipy import ndimage

from lbp_outcome.anatomy import Muscle, Process, Side
from lbp_outcome.errors import UnknownLabel
from lbp_outcome.image import Image
from lbp_outcome.spine import Structure

LARGEST_LABEL = 65_535
"""Larger numbers are intensities, not labels."""


class Kind(StrEnum):
    """What a label stands for."""

    VERTEBRA = "vertebra"
    PARTIAL_VERTEBRA = "partly visible vertebra"
    DISC = "disc below a vertebra"
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
    """

    mask: Image
    labels: Integer[np.ndarray, "i j k"]
    found: Mapping[int, Part]

    @property
    def numbers(self) -> list[int]:
        """Vertebra numbers that occur, with those named by discs."""
        return sorted({part.number for part in self.found.values() if part.number})

    def labels_of(self, *kinds: Kind) -> list[int]:
        """Return the labels of some kinds that occur."""
        return [label for label, part in self.found.items() if part.kind in kinds]

    def inside(self, *kinds: Kind) -> np.ndarray:
        """Return the voxels of some kinds."""
        inside: np.ndarray = np.isin(self.labels, self.labels_of(*kinds))
        return inside

    def structures(self, kind: Kind) -> dict[int, Structure]:
        """Return the structures of one kind by vertebra number."""
        return {
            self.found[label].number: self._cut_out(label)
            for label in self.labels_of(kind)
        }

    def muscles(self) -> dict[tuple[Muscle, Side], Structure]:
        """Return the muscles of each side."""
        found: dict[tuple[Muscle, Side], Structure] = {}
        for label in self.labels_of(Kind.MUSCLE):
            part = self.found[label]
            if part.muscle and part.side:
                found[part.muscle, part.side] = self._cut_out(label)
        return found

    def union(self, *kinds: Kind) -> Structure | None:
        """Return all voxels of some kinds as one structure, or None."""
        if not self.labels_of(*kinds):
            return None
        return Structure.cut_out(self.inside(*kinds), self.mask)

    @cached_property
    def boxes(self) -> dict[int, tuple[slice, slice, slice]]:
        """Bounding box of each label that occurs."""
        boxes = ndimage.find_objects(self.labels)
        return {label: boxes[label - 1] for label in self.found}

    def _cut_out(self, label: int) -> Structure:
        box = self.boxes[label]
        corner = (box[0].start, box[1].start, box[2].start)
        structure = Structure.cut_box(self.labels[box] == label, corner, self.mask)
        assert structure is not None  # the label occurs in the mask
        return structure


def whole_numbers(values: Shaped[np.ndarray, "i j k"]) -> np.ndarray:
    """Return labels as whole numbers, as files that store them as decimals need.

    Raises:
        UnknownLabel: Some values are not whole numbers from 0 to 65,535.
    """
    low, high = values.min(initial=0), values.max(initial=0)
    if low < 0 or high > LARGEST_LABEL:
        raise UnknownLabel(
            f"the mask holds values from {low:g} to {high:g}: this looks like a scan, "
            f"not a segmentation"
        )
    labels: np.ndarray = values.astype(np.uint16)
    if values.dtype.kind == "f" and not np.array_equal(labels, values):
        raise UnknownLabel(
            "the mask holds numbers between labels: it was interpolated; resample it "
            "again with nearest-neighbour interpolation, or check that it is a mask"
        )
    return labels


def present(labels: Integer[np.ndarray, "i j k"]) -> list[int]:
    """Return the labels that occur, without the background."""
    occurs = np.zeros(LARGEST_LABEL + 1, bool)
    for layer in labels:  # far less memory than all voxels at once
        occurs[layer] = True
    return [int(label) for label in np.flatnonzero(occurs) if label != 0]


def listed(labels: Iterable[int]) -> str:
    """Write labels as the subject of a sentence, ending in "is" or "are".

    >>> listed([41]), listed([41, 60])
    ('label 41 is', 'labels 41, 60 are')
    """
    names = [str(label) for label in labels]
    shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    return f"label {shown} is" if len(names) == 1 else f"labels {shown} are"
