"""Painting the muscles around the spine, with fat between their fibres."""

import numpy as np

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.back import Back
from lbp_outcome.simulate.body.courses import psoas, quadratus, through
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.fat_borders import STREAK_SOFTNESS, fat_borders
from lbp_outcome.simulate.paint.fibres import fibres_at
from lbp_outcome.simulate.paint.marbling import (
    MIDLINE_MM,
    OUTLINE_WAVES,
    UNEVEN_OUTLINE,
    Muscle,
    back_muscles,
    faint_streaks,
    marbling,
    regions_of,
    uneven,
)
from lbp_outcome.simulate.paint.marbling import lower_back as lower_back
from lbp_outcome.simulate.paint.ovals import bands, oval_of
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.tissues import FASCIA, FAT, LIGAMENT, MUSCLE

INTERSPINOUS_FAT, INTERSPINOUS_STREAK = np.float32(0.38), np.float32(0.24)
INTERSPINOUS_STRETCH = 0.6
"""Streaks between the spinous processes are wider than those in muscle."""

FAINT = np.float32(0.9)
"""How uneven the little fat of psoas and quadratus is."""

SHEATH_SHARE = np.float32(0.6)
"""The fascia in the back is so thin that fat makes up the rest of a voxel."""


def paint_muscles(canvas: Canvas, anatomy: Anatomy, back: Back) -> None:
    """Paint multifidus and erector spinae of both sides around the bones.

    From L3 to S1 each multifidus has exactly its share of fat, bone left out.
    """
    paint_interspinous(canvas, anatomy, back)
    muscles = back_muscles(anatomy, back)
    for muscle, border in zip(muscles, fat_borders(anatomy), strict=True):
        for region in regions_of(canvas, muscle, anatomy, back):
            block, dense = region.rows.block, SHEATH_SHARE * region.dense
            canvas.blend(block, region.sheath, (FAT, FASCIA), dense, Part.TRUNK_FAT)
            share = marbling(region, muscle, anatomy, back)
            share -= np.float32(border)
            share = np.clip(share / STREAK_SOFTNESS + np.float32(0.5), 0, 1)
            canvas.blend(block, region.inside, (MUSCLE, FAT), share, muscle.part)


def paint_front_muscles(canvas: Canvas, anatomy: Anatomy, back: Back) -> None:
    """Paint quadratus lumborum and psoas of both sides; the bones come later."""
    waves = anatomy.soft.haze.astype(np.float32)[OUTLINE_WAVES]
    for muscle in front_muscles(anatomy):
        for rows in bands(canvas, muscle.course, back):
            oval = oval_of(rows, muscle.course, back)
            oval += UNEVEN_OUTLINE * uneven(rows, waves)
            inside = oval < 1
            streaks = faint_streaks(rows, inside, muscle, anatomy, back)
            share = np.clip(np.float32(muscle.fat) * (1 + FAINT * streaks), 0, 1)
            canvas.blend(rows.block, inside, (MUSCLE, FAT), share, muscle.part)


def front_muscles(anatomy: Anatomy) -> list[Muscle]:
    """Return quadratus lumborum and psoas of both sides."""
    soft = anatomy.soft
    found = (
        (quadratus, soft.quadratus_fat, Part.QUADRATUS_LEFT, Part.QUADRATUS_RIGHT),
        (psoas, soft.psoas_fat, Part.PSOAS_LEFT, Part.PSOAS_RIGHT),
    )
    return [
        Muscle(
            course=course(anatomy, side),
            size=1.0,  # the course has its size already
            fat=fat[side > 0],
            part=right if side > 0 else left,
            side=side,
        )
        for course, fat, left, right in found
        for side in (-1, 1)
    ]


def paint_interspinous(canvas: Canvas, anatomy: Anatomy, back: Back) -> None:
    """Paint the ligaments between the spinous processes."""
    low = float(anatomy.sacrum.segments[1].frame.origin[2])
    high = float(anatomy.vertebrae[0].frame.origin[2])
    heights = np.array([low, high])
    thin = np.array([[0.0, -28.0, MIDLINE_MM, 32.0]] * 2)
    for rows in bands(canvas, through(heights, thin), back):
        free = canvas.part[rows.block.place]
        between = (free == Part.NOTHING) | (free == Part.TRUNK_FAT)
        aside = rows.line(rows.right - rows.along(back.midline))
        between &= np.abs(aside) < MIDLINE_MM
        between &= rows.line(rows.anterior - rows.along(back.fascia)) > 0
        between &= rows.line(rows.anterior - rows.along(back.wall)) < -6
        pattern = fibres_at(
            np.float32(INTERSPINOUS_STRETCH) * rows.line(rows.superior)[between],
            rows.line(rows.anterior - rows.along(back.fascia))[between],
            aside[between],
            anatomy.soft.streaks,
        )
        share = INTERSPINOUS_FAT + INTERSPINOUS_STREAK * pattern
        share = np.clip(share, 0, 1)
        canvas.blend(rows.block, between, (LIGAMENT, FAT), share, Part.INTERSPINOUS)
