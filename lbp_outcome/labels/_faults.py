"""Faults of a mask's numbers: scaled labels, specks, and labels in two places."""

from collections.abc import Mapping
from dataclasses import replace

import cc3d
import numpy as np

from lbp_outcome.errors import UnknownLabel
from lbp_outcome.image import Image
from lbp_outcome.labels._parts import Kind, Parts, boxes_of

SPECK_SHARE = 0.01
"""A vertebra or disc this much smaller than the median of its kind is a speck."""

APART_MM = 25.0
"""Pieces of one vertebra or disc do not lie this far apart [mm]."""

SINGLE = (Kind.VERTEBRA, Kind.PARTIAL_VERTEBRA, Kind.DISC, Kind.DISC_ABOVE)
"""Kinds that are one thing in one place."""


def scaled_to_grey(counts: Mapping[int, int]) -> str:
    """Return what tells that labels were stretched to grey levels, or an empty text.

    >>> scaled_to_grey({51: 80, 102: 80, 153: 80, 204: 80, 255: 80})
    'labels 51, 102, 153, 204, 255 are evenly spread multiples of 51'
    >>> scaled_to_grey({1: 80, 2: 80, 3: 80})
    ''
    """
    usual = float(np.median(list(counts.values())))
    labels = sorted(n for n in counts if counts[n] >= SPECK_SHARE * usual)
    step = labels[-1] / len(labels)
    expected = step * np.arange(1, len(labels) + 1)
    if len(labels) < 3 or step < 2 or np.abs(expected - labels).max() > 0.5:
        return ""
    numbers = ", ".join(map(str, labels))
    return f"labels {numbers} are evenly spread multiples of {step:g}"


def require_not_scaled(mask: Image) -> None:
    """Refuse a mask whose labels were stretched to grey levels.

    Raises:
        UnknownLabel: They were.
    """
    numbers, counts = np.unique(mask.values, return_counts=True)
    found = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    found.pop(0, None)
    grey = scaled_to_grey({int(label): count for label, count in found.items()})
    if grey:
        raise UnknownLabel(f"the labels were changed{to_be_undone(grey)}")


def to_be_undone(grey: str) -> str:
    """Return what to do about labels that were stretched to grey levels."""
    return (
        f": {grey}, as if the mask had been saved as a grey image; divide its values "
        f"by that step, round them, and tell which structure each number stands for"
    )


def cleaned(parts: Parts) -> tuple[Parts, tuple[str, ...]]:
    """Return the mask without specks and strayed pieces, and what was left out."""
    removed = {**_specks(parts), **_strayed(parts)}
    if not removed:
        return parts, ()
    labels = parts.labels.copy()
    for label, (keep, _) in removed.items():
        box = parts.boxes[label]
        inside = labels[box]
        inside[(inside == label) & ~keep] = 0
    boxes = boxes_of(labels)
    found = {label: part for label, part in parts.found.items() if label in boxes}
    remarks = tuple(text for _, text in removed.values())
    return replace(parts, labels=labels, found=found, boxes=boxes), remarks


def _specks(parts: Parts) -> dict[int, tuple[np.ndarray, str]]:
    """Labels with a few voxels, such as interpolation leaves behind."""
    found = {}
    for kind in SINGLE:
        labels = parts.labels_of(kind)
        usual = float(np.median([parts.counts[n] for n in labels])) if labels else 0
        for label in labels:
            if parts.counts[label] < SPECK_SHARE * usual:
                found[label] = np.zeros((1, 1, 1), bool), _speck(parts, label)
    return found


def _speck(parts: Parts, label: int) -> str:
    box = parts.boxes[label]
    corner = np.array([[side.start for side in box]], float)
    return (
        f"label {label} marks {parts.counts[label]} voxels at {_place(parts, corner)}, "
        f"too few for a {parts.found[label].kind}; it is left out, remove it from the "
        f"mask"
    )


def _strayed(parts: Parts) -> dict[int, tuple[np.ndarray, str]]:
    """Labels whose smaller pieces lie far away from the largest one."""
    found = {}
    for label in parts.labels_of(*SINGLE):
        inside = parts.labels[parts.boxes[label]] == label
        if _widest_gap(inside, parts.mask) < APART_MM:
            continue
        near = _near_largest(inside, parts.mask)
        share = 1 - np.count_nonzero(near & inside) / np.count_nonzero(inside)
        away = np.argwhere(inside & ~near) + [b.start for b in parts.boxes[label]]
        found[label] = (
            near,
            f"label {label} lies in pieces more than {APART_MM:.0f} mm apart; "
            f"{100 * share:.2g} % of it at {_place(parts, away)} is left out: check "
            f"that label",
        )
    return found


def _widest_gap(inside: np.ndarray, mask: Image) -> float:
    """Widest empty stretch between voxels along any array axis [mm]."""
    widest = 0.0
    for axis, spacing in enumerate(mask.spacing_mm):
        if inside.shape[axis] * spacing <= APART_MM:
            continue
        others = tuple(other for other in range(3) if other != axis)
        occupied = np.flatnonzero(inside.any(axis=others))
        widest = max(widest, float((np.diff(occupied) - 1).max(initial=0) * spacing))
    return widest


def _near_largest(inside: np.ndarray, mask: Image) -> np.ndarray:
    """Voxels within reach of the largest piece's box along every axis."""
    pieces = cc3d.connected_components(inside, connectivity=26)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    box = boxes_of((pieces == sizes.argmax()).astype(np.uint8))[1]
    near = np.zeros(inside.shape, bool)
    reach = (APART_MM / mask.spacing_mm).astype(int)
    near[
        tuple(
            slice(max(side.start - int(more), 0), side.stop + int(more))
            for side, more in zip(box, reach, strict=True)
        )
    ] = True
    return near


def _place(parts: Parts, voxels: np.ndarray) -> str:
    centre = parts.mask.to_patient(np.asarray(voxels, float)).mean(axis=0)
    return f"({', '.join(f'{side:.0f}' for side in centre)}) mm"
