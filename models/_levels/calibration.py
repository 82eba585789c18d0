"""Undoing the timidity of a trained encoder: its amounts are stretched to fit."""

from collections.abc import Sequence

import numpy as np
import torch

from models._levels.encoder import LevelEncoder
from models._levels.gradings import GRADINGS, Grading
from models._levels.losses import on_scale
from models._levels.training import Graded

FEWEST = 10
"""A line through fewer points is not worth having."""


def calibrated(encoder: LevelEncoder, spines: Sequence[Graded]) -> LevelEncoder:
    """Return the encoder with its amounts regressed on the truth of training spines.

    Random brightness in training makes a network keep to the middle: a change of 16 %
    in muscle fat was read as 12 %. The line that undoes it becomes part of the heads.

    Args:
        encoder: Trained; its heads are changed.
        spines: Those it was trained on, never those it is examined on.
    """
    readings = [_read(encoder, spine) for spine in spines]
    first = 0
    for place, grading in enumerate(GRADINGS):
        if grading.kind == "amount":
            read = [raw[:, first] for raw in readings]
            _stretch(encoder, first, *_line(grading, read, place, spines))
        first += grading.outputs
    return encoder


def _read(encoder: LevelEncoder, spine: Graded) -> np.ndarray:
    crops = torch.from_numpy(np.asarray(spine.crops, np.float32))
    with torch.inference_mode():
        raw: np.ndarray = encoder.eval()(crops).raw.double().numpy()
    return raw


def _line(
    grading: Grading, read: list[np.ndarray], place: int, spines: Sequence[Graded]
) -> tuple[float, float]:
    """Slope and offset from what is read to what is true, on the network's scale."""
    pairs = []
    for raw, spine in zip(read, spines, strict=True):
        truth = on_scale(grading, torch.from_numpy(spine.truth[:, place])).numpy()
        both = np.column_stack([raw, truth])[~np.isnan(truth)]
        if len(both):
            pairs.append(both.mean(axis=0)[None] if grading.same_everywhere else both)
    points = np.concatenate(pairs) if pairs else np.empty((0, 2))
    if len(points) < FEWEST or np.ptp(points[:, 0]) == 0:
        return 1.0, 0.0
    slope, offset = np.polyfit(points[:, 0], points[:, 1], 1)
    return float(slope), float(offset)


def _stretch(encoder: LevelEncoder, row: int, slope: float, offset: float) -> None:
    with torch.no_grad():
        encoder.heads.weight[row] *= slope
        encoder.heads.bias[row] = encoder.heads.bias[row] * slope + offset
