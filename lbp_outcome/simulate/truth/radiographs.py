"""What is true of each disc on the X-rays: from the formulas of the shapes."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.radiographs import (
    Corner,
    RadiographLevel,
    cobb_deg,
    height_loss_percent,
    level_rows,
    slip,
)
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.bones import Endplate, VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.paint.body import FAINT_SPUR_MM
from lbp_outcome.simulate.scan.beam import View
from lbp_outcome.simulate.scan.radiograph import aim
from lbp_outcome.simulate.truth.value import true_value

SHOWN = 6
"""Discs above the sacrum that both films show whole."""

SEEN = (
    (Corner.FRONT_ABOVE, Corner.LEFT_ABOVE, Corner.RIGHT_ABOVE),
    (Corner.FRONT_BELOW, Corner.LEFT_BELOW, Corner.RIGHT_BELOW),
)
"""Where simulated spines grow osteophytes."""

Corners = Float[np.ndarray, "disc 4 2"]


@dataclass(frozen=True, eq=False, kw_only=True)
class TrueLevels:
    """The lowest discs on the X-rays, the lowest first.

    Attributes:
        names: What they are called.
        spurs_mm: Osteophytes that can be seen at the endplates above and below each
            disc: in front, at the left and at the right [mm]. Simulated spines grow
            none at the back.
        sclerosis: Density of the bone above and below each disc, 0 (normal) to 1.
    """

    names: tuple[Disc, ...]
    spurs_mm: Float[np.ndarray, "disc 2 3"]
    sclerosis: Float[np.ndarray, "disc 2"]


def true_radiographs(anatomy: Anatomy) -> tuple[Measurement, ...]:
    """Return what a perfect reader of both films would find, by disc and in all.

    Corners are those of the shapes, seen along the middle ray: a few millimetres by
    which the films are off do not matter.
    """
    rows = (
        row
        for name, level in zip(
            true_levels(anatomy).names, true_radiograph_levels(anatomy), strict=True
        )
        for row in level_rows(level, name)
    )
    frontal = true_corners(anatomy, aim(anatomy, "frontal", 0, np.zeros(3)))
    return (*rows, true_value("xray_cobb_deg", cobb_deg(frontal)))


def true_radiograph_levels(anatomy: Anatomy) -> tuple[RadiographLevel, ...]:
    """Return the components of the lowest six discs, the lowest first."""
    levels = true_levels(anatomy)
    corners = true_corners(anatomy, aim(anatomy, "lateral", 0, np.zeros(3)))
    lost, (slipped, share) = height_loss_percent(corners), slip(corners)
    return tuple(
        RadiographLevel(
            height_loss_percent=float(lost[row]),
            osteophytes_mm={
                corner: float(length)
                for corners, lengths in zip(SEEN, levels.spurs_mm[row], strict=True)
                for corner, length in zip(corners, lengths, strict=True)
            },
            sclerosis=dict(zip(Border, map(float, levels.sclerosis[row]), strict=True)),
            slip_mm=float(slipped[row]),
            slip_percent=float(share[row]),
        )
        for row in range(len(levels.names))
    )


def true_levels(anatomy: Anatomy) -> TrueLevels:
    """Return what is true of the lowest six discs, the lowest first."""
    discs = _shown(anatomy)
    plates = [(disc.upper.bottom, disc.lower.top) for disc in discs]
    return TrueLevels(
        names=tuple(disc.name for disc in discs),
        spurs_mm=np.array([[_spurs(plate) for plate in pair] for pair in plates]),
        sclerosis=np.array([[plate.sclerosis for plate in pair] for pair in plates]),
    )


def true_corners(anatomy: Anatomy, view: View) -> Corners:
    """Return where the corners of the lowest six discs fall on one film.

    Args:
        anatomy: The patient.
        view: The film.

    Returns:
        For each disc, the lowest first: above then below the disc, of each first that
        in front (lateral film) or at the patient's right (frontal film); down and
        across from the middle of the film [mm in the plane of the spine].
    """
    frontal = view.name == "frontal"
    points = np.array(
        [
            [*_ends(disc.upper, False, frontal), *_ends(disc.lower, True, frontal)]
            for disc in _shown(anatomy)
        ]
    )
    row, column = view.place(points.reshape(-1, 3))
    middle_row, middle_column = view.middle
    flat = np.stack([row - middle_row, column - middle_column], axis=-1)
    return (flat * view.pixel_mm).reshape(-1, 4, 2)


def _shown(anatomy: Anatomy) -> tuple[DiscShape, ...]:
    return anatomy.discs[: -SHOWN - 1 : -1]


def _spurs(plate: Endplate) -> tuple[float, float, float]:
    """In front, left and right; none is painted if all are faint."""
    spurs = plate.spur, *plate.side_spurs
    return spurs if max(spurs) > FAINT_SPUR_MM else (0.0, 0.0, 0.0)


def _ends(
    bone: VertebraShape, top: bool, frontal: bool
) -> list[Float[np.ndarray, "3"]]:
    """Both ends of an endplate: in front and behind, or right and left."""
    if not frontal:
        return [bone.corner(front=front, top=top) for front in (True, False)]
    height = float(bone.half_height(np.zeros(1))[0]) * (1 if top else -1)
    half = bone.size.width / 2
    return [bone.frame.at(right=side, superior=height) for side in (half, -half)]
