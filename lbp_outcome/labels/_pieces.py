"""One label for all vertebrae, or for all discs, taken apart into single ones."""

from collections.abc import Iterator
from dataclasses import replace

import cc3d
import numpy as np
from jaxtyping import Float

from lbp_outcome.image import Image
from lbp_outcome.labels._parts import Box, Kind, Labels, Part, Parts, boxes_of

COLLECTIVE = {Kind.ALL_VERTEBRAE: Kind.VERTEBRA, Kind.ALL_DISCS: Kind.DISC}
"""What the pieces of a label for all of them are."""

LEAST_SHARE = 0.2
"""Pieces smaller than this share of the median one are bits of arches or specks."""

BODY_RADIUS_MM, STOREY_MM = 16.0, 30.0
"""Bone this close to the axis of a disc, and this far up or down, is body [mm]."""

Points = Float[np.ndarray, "_ 3"]


def separated(parts: Parts) -> Parts:
    """Return the mask with a label for each piece of the collective labels.

    Pieces of bone that hang together are cut where a disc lies beside them. Vertebrae
    are numbered from the lowest up, and a disc like the vertebra above it.
    """
    collective = parts.labels_of(*COLLECTIVE)
    if not collective:
        return parts
    labels = parts.labels.astype(np.uint16)
    found = {n: part for n, part in parts.found.items() if n not in collective}
    pieces = _all_pieces(parts)
    for label in collective:
        labels[parts.labels == label] = 0
    for label, part, voxels in _numbered(pieces, parts.mask, max(parts.found)):
        labels[tuple(voxels.T)] = label
        found[label] = part
    boxes = boxes_of(labels)
    return replace(parts, labels=labels, found=found, boxes=boxes)


def _all_pieces(parts: Parts) -> list[tuple[Kind, np.ndarray]]:
    """Voxels of every single vertebra and disc."""
    found = {
        COLLECTIVE[part.kind]: _apart(parts.labels, label, parts.boxes[label])
        for label, part in parts.found.items()
        if part.kind in COLLECTIVE
    }
    discs = found.get(Kind.DISC, [])
    bones = [
        part
        for piece in found.get(Kind.VERTEBRA, [])
        for part in _cut_at_discs(piece, discs, parts.mask)
    ]
    return [(Kind.DISC, disc) for disc in discs] + [(Kind.VERTEBRA, b) for b in bones]


def _apart(labels: Labels, label: int, box: Box) -> list[np.ndarray]:
    """Voxels of the pieces of one label that are not tiny."""
    inside = labels[box] == label
    pieces, count = cc3d.connected_components(inside, connectivity=6, return_N=True)
    corner = np.array([side.start for side in box])
    voxels = [np.argwhere(pieces == n + 1) + corner for n in range(count)]
    largest = sorted(len(piece) for piece in voxels)[-3:]
    return [v for v in voxels if len(v) >= LEAST_SHARE * np.median(largest)]


def _cut_at_discs(
    bone: np.ndarray, discs: list[np.ndarray], mask: Image
) -> Iterator[np.ndarray]:
    """Cut bone that hangs together along the middle of the discs beside it."""
    if len(discs) < 2:
        yield bone
        return
    centres = np.array([_places(disc, mask).mean(axis=0) for disc in discs])
    centres = centres[np.argsort(centres[:, 2])]
    upwards = np.gradient(centres, axis=0)
    upwards /= np.linalg.norm(upwards, axis=1, keepdims=True)
    places = _places(bone, mask)
    storey = np.zeros(len(bone), int)
    for centre, upward in zip(centres, upwards, strict=True):
        above = (places - centre) @ upward
        if _goes_on(places - centre, above):
            storey += above > 0
    for level in np.unique(storey):
        yield bone[storey == level]


def _goes_on(away: Points, above: Float[np.ndarray, " n"]) -> bool:
    """Whether bodies, not mere processes, lie on both sides of a disc."""
    beside = np.sqrt(np.maximum((away**2).sum(axis=1) - above**2, 0)) < BODY_RADIUS_MM
    near = above[beside & (np.abs(above) < STOREY_MM)]
    share = float(np.mean(near > 0)) if len(near) else 0.0
    return LEAST_SHARE < share < 1 - LEAST_SHARE


def _numbered(
    pieces: list[tuple[Kind, np.ndarray]], mask: Image, last: int
) -> Iterator[tuple[int, Part, np.ndarray]]:
    """Every piece with a new label and its number from the lowest up."""
    heights = [_places(voxels, mask)[:, 2].mean() for _, voxels in pieces]
    below, number = Kind.VERTEBRA, 0
    for label, index in enumerate(np.argsort(heights), last + 1):
        kind, voxels = pieces[index]
        number += kind is Kind.DISC or below is Kind.VERTEBRA
        below = kind
        yield label, Part(kind, number), voxels


def _places(voxels: np.ndarray, mask: Image) -> Points:
    return mask.to_patient(voxels.astype(float))
