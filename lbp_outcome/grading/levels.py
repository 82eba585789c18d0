"""From what the networks read to the components of each disc, with their doubt."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lbp_outcome.anatomy import Border
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.grading.drawing import DRAWS, Unsure
from lbp_outcome.radiographs import (
    Corner,
    RadiographLevel,
    height_loss_percent,
    slip,
)
from models._xray.findings import FINDINGS, Finding
from models._xray.reading import FilmReading

TOGETHER = 0.3
"""How far the readings of one disc err together: all too high or all too low (rank
correlation; tried out on films set aside)."""

Key = str | Corner | Border


@dataclass(frozen=True, eq=False)
class UnsureLevel:
    """The components of one disc, each as sure as it is.

    Attributes:
        parts: `height`, `slip_mm`, `slip_percent`, the osteophyte at each corner that
            is seen, and sclerosis at each border.
    """

    parts: Mapping[Key, Unsure]

    def level(self, draw: int | None = None) -> RadiographLevel:
        """Return the components as they most likely are, or as one draw has them."""
        worth = {key: part.worth(draw) for key, part in self.parts.items()}
        return RadiographLevel(
            height_loss_percent=worth.get("height"),
            slip_mm=worth.get("slip_mm"),
            slip_percent=worth.get("slip_percent"),
            osteophytes_mm={c: worth[c] for c in Corner if c in worth},
            sclerosis={b: worth[b] for b in Border if b in worth},
        )


def unsure_levels(
    readings: Sequence[FilmReading],
    errors: Mapping[str, Sequence[float]],
    rng: np.random.Generator,
) -> list[UnsureLevel]:
    """Return the components of each disc that a film shows, the lowest first.

    Args:
        readings: What was read on one or two films of one patient.
        errors: Errors of lengths and angles on films set aside, by view.
        rng: Draws what the numbers might be.
    """
    parts: dict[int, dict[Key, Unsure]] = defaultdict(dict)
    for reading in readings:
        if reading.view == "lateral":
            _add_lengths(parts, reading, errors["lateral"], rng)
    scales: dict[Key, tuple[float, ...]] = {}
    chances: dict[tuple[int, Key], list[np.ndarray]] = defaultdict(list)
    for reading in readings:
        for column, finding in enumerate(FINDINGS[reading.view]):
            scales[place_of(finding)] = finding.scale
            for row, seen in enumerate(reading.chances[:, column]):
                chances[row, place_of(finding)].append(seen)
    discs = 1 + max((row for row, _ in chances), default=-1)
    shared = rng.standard_normal((discs, DRAWS))
    for (row, key), seen_by in chances.items():
        own = rng.standard_normal(DRAWS)
        order = np.sqrt(TOGETHER) * shared[row] + np.sqrt(1 - TOGETHER) * own
        mean = np.mean(seen_by, axis=0)
        parts[row][key] = Unsure.ordinal(mean, scales[key], order)
    return [UnsureLevel(parts[row]) for row in sorted(parts)]


def place_of(finding: Finding) -> Corner | Border:
    """Return the corner of an osteophyte, or the border of sclerosis."""
    border = Border.BELOW if finding.below else Border.ABOVE
    if finding.kind == "sclerosis":
        return border
    return Corner(f"{finding.place} {border}")


def _add_lengths(
    parts: dict[int, dict[Key, Unsure]],
    reading: FilmReading,
    errors: Sequence[float],
    rng: np.random.Generator,
) -> None:
    """Height and slip of each disc, from its corners."""
    for row, values in enumerate(zip(*slip(reading.corners), strict=True)):
        for name, value, error in zip(
            ("slip_mm", "slip_percent"), values, errors[1:], strict=True
        ):
            parts[row][name] = Unsure.measured(float(value), error, rng)
    try:
        lost = height_loss_percent(reading.corners)
    except NotMeasurable:
        return
    for row, value in enumerate(lost):
        parts[row]["height"] = Unsure.measured(float(value), errors[0], rng)
