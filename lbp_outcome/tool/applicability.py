"""Whether a model may speak of a patient: only if it was trained on such patients."""

from collections.abc import Iterator

import numpy as np

from lbp_outcome.study.image_traits import image_traits
from lbp_outcome.study.outcome_model import ModelCard, Range
from lbp_outcome.study.rows import PatientRow
from lbp_outcome.units import Unit

MARGIN = 0.1
"""A value may lie beyond the training range by this share of the range's width: with
few training patients the range itself is uncertain."""

IMAGE_TRAITS = {
    "t2_finest_voxel_mm": "smallest voxel side of the T2 image [mm]",
    "t2_coarsest_voxel_mm": "largest voxel side of the T2 image [mm]",
    "t2_mean_brightness": "brightness of the T2 image relative to its own scale",
    "t2_contrast": "contrast of the T2 image relative to its own scale",
}


def outside_training(card: ModelCard, row: PatientRow) -> tuple[str, ...]:
    """Return every way in which a patient lies outside the training patients.

    Args:
        card: The model's card.
        row: The patient as the model sees them.
    """
    return (
        *_values(card, row),
        *_images(card, row),
        *_gaps(card, row),
        *(row.scan.doubts if row.scan else ()),
    )


def _values(card: ModelCard, row: PatientRow) -> Iterator[str]:
    for predictor, value in zip(card.predictors, row.view.table[0], strict=True):
        known = card.ranges.get(predictor.name)
        if np.isnan(value):
            continue
        if known is None:
            yield f"{predictor.name} was missing in every training patient"
        elif not _widened(known).holds(float(value)):
            yield _sentence(predictor.name, float(value), predictor.unit, known)


def _images(card: ModelCard, row: PatientRow) -> Iterator[str]:
    if "images" not in card.reads or row.scan is None:
        return
    for name, value in image_traits(row.scan).items():
        known = card.ranges.get(name)
        if known is not None and not _widened(known).holds(value):
            yield _sentence(IMAGE_TRAITS[name], value, Unit.RATIO, known)


def _gaps(card: ModelCard, row: PatientRow) -> Iterator[str]:
    missing = int(np.isnan(row.view.table[0]).sum())
    if missing > card.most_missing:
        yield (
            f"{missing} of {len(card.predictors)} predictors are missing; no training "
            f"patient lacked more than {card.most_missing}"
        )


def _widened(known: Range) -> Range:
    margin = MARGIN * (known.high - known.low)
    return Range(low=known.low - margin, high=known.high + margin)


def _sentence(name: str, value: float, unit: Unit, known: Range) -> str:
    return (
        f"{name} = {unit.shown(value)} is outside what the model was trained on "
        f"({known.low:.3g} to {unit.shown(known.high)})"
    )
