"""Painting the trunk around the spine: skin, fat, wall muscles and what lies within."""

import numpy as np

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.back import Back
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.outline import Outline, draw_outline
from lbp_outcome.simulate.paint.canvas import Canvas, Flat, Inside
from lbp_outcome.simulate.paint.muscles import paint_front_muscles
from lbp_outcome.simulate.paint.organs import paint_organs
from lbp_outcome.simulate.paint.ovals import within
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.pelvis import paint_pelvis, paint_ribs
from lbp_outcome.simulate.paint.rows import Rows
from lbp_outcome.simulate.paint.tissues import (
    AIR,
    BOWEL,
    FASCIA,
    FAT,
    MUSCLE,
    SKIN,
    TRUNK_FAT,
)

SKIN_MM = 1.3
LAYERS = (
    (AIR, Part.NOTHING),
    (SKIN, Part.SUBCUTANEOUS_FAT),
    (FAT, Part.SUBCUTANEOUS_FAT),
    (FAT, Part.NOTHING),  # around the muscles of the back
    (FAT, Part.TRUNK_FAT),
)
"""Tissue and structure between the envelopes, from outside."""

EVERYWHERE = ((-500.0, -500.0, -500.0), (500.0, 500.0, 500.0))
WALL_FROM_MM, WALL_FULL_MM, WALL_FULL = -8.0, 26.0, 0.6
"""In front of the bodies' back wall the muscles of the abdominal wall begin as a thin
edge and have all their thickness [mm], a multiple of the cavity's outline, squared."""

FLANK_MM, BELLY_MM = 70.0, 60.0
"""They lie beyond this distance from the midline, or in front of the back wall."""

LAYERS_MEET, LAYER_FAT = (0.36, 0.70), np.float32(0.06)
"""Where thin layers of fat part the three flat muscles, and their half thickness, as a
share of the wall."""

SEPTUM_WIDTH, SEPTUM_SHARE = 0.10, 0.42
SEEN_WAVES, SEPTUM_FADES = 5, np.float32(0.8)
"""So many slow waves say where septa come into sight, and how fast they do."""

GREYER_FROM_MM, GREYER_OVER_MM = -16.0, np.float32(40.0)
"""From so far in front of the back wall on, and over so far, the fat of the back turns
into the slightly greyer fat of the abdomen."""

HAZE_FROM_MM, HAZE_FADES_MM, HAZE_SHARE = 20.0, np.float32(35.0), np.float32(0.11)
"""The fat around the bowel is uneven from so far in front of the back wall on."""

STRANDS, STRANDS_FINER = slice(4, 12), np.float32(1.3)
STRAND_WIDTH, STRAND_SHARE = 0.16, np.float32(0.35)
"""Which waves of the haze bear thin strands, folds and vessels of the mesentery, how
much shorter they are there; how wide the strands are, and how dense."""


def paint_trunk(canvas: Canvas, anatomy: Anatomy, back: Back) -> None:
    """Fill the body from the skin inwards; the room of the back's muscles is blank."""
    outline = draw_outline(anatomy, back)
    block = canvas.block(Frame.patient(), *EVERYWHERE)
    if block is None:
        return
    rows = Rows.of(block)
    _paint_layers(canvas, rows, outline)
    _paint_wall(canvas, back, outline)
    _paint_septa(canvas, anatomy, back)
    _paint_transition(canvas, back)
    _paint_haze(canvas, anatomy, back)
    paint_organs(canvas, anatomy, back)
    paint_ribs(canvas, anatomy, outline)
    paint_pelvis(canvas, anatomy, back, outline)
    paint_front_muscles(canvas, anatomy, back)


def _paint_layers(canvas: Canvas, rows: Rows, outline: Outline) -> None:
    skin = within(rows, outline.skin)
    inner = 1 - 2 * SKIN_MM / float(outline.skin.half_depth.values.mean())
    layer = (skin < 1).view(np.uint8)
    layer += skin < inner
    layer += within(rows, outline.wall) < 1
    layer += within(rows, outline.cavity) < 1
    for name, values in canvas.values.items():
        look = canvas.looks[name]
        table = np.array([look(tissue) for tissue, _ in LAYERS], dtype=np.float32)
        np.take(table, layer, out=values[rows.block.place], mode="clip")
    parts = np.array([part for _, part in LAYERS], dtype=np.uint8)
    np.take(parts, layer, out=canvas.part[rows.block.place], mode="clip")


def _paint_wall(canvas: Canvas, back: Back, outline: Outline) -> None:
    """Paint the muscles of flanks and belly, with fat between their layers."""
    aside = outline.wall.aside
    far, near = EVERYWHERE[1][0], EVERYWHERE[0][0]
    front = float(back.wall.values.max()) + BELLY_MM
    for lower, upper in (
        ((near, near, near), (aside - FLANK_MM, front, far)),
        ((aside + FLANK_MM, near, near), (far, front, far)),
        ((near, front, near), (far, far, far)),
    ):
        block = canvas.block(Frame.patient(), lower, upper)
        if block is None:
            continue
        rows = Rows.of(block)
        wall = canvas.part[block.place] == Part.NOTHING
        thick = rows.line(rows.anterior - rows.along(back.wall))
        thick -= np.float32(WALL_FROM_MM)
        np.clip(thick / np.float32(WALL_FULL_MM - WALL_FROM_MM), 0, 1, out=thick)
        thick *= np.float32(WALL_FULL)
        deep = within(rows, outline.cavity) - 1
        wall &= (deep < thick) & (thick > 0) & (within(rows, outline.wall) < 1)
        level = deep[wall] / np.maximum(thick[wall], np.float32(1e-3))
        apart = np.minimum.reduce([np.abs(level - layer) for layer in LAYERS_MEET])
        share = np.clip(1 - apart / LAYER_FAT, 0, 1) * (
            thick[wall] / np.float32(WALL_FULL)
        )
        canvas.blend(block, wall, (MUSCLE, FAT), share, Part.WALL_MUSCLE)


def _paint_septa(canvas: Canvas, anatomy: Anatomy, back: Back) -> None:
    """Paint thin threads of tissue through the fat under the skin of the back."""
    deepest = float(back.fascia.values.max())
    skin = float(back.skin.values.min())
    lower = (EVERYWHERE[0][0], skin, EVERYWHERE[0][2])
    block = canvas.block(
        Frame.patient(), lower, (EVERYWHERE[1][0], deepest, EVERYWHERE[1][2])
    )
    if block is None:
        return
    rows = Rows.of(block)
    depth = rows.anterior - rows.along(back.skin)
    waves = anatomy.soft.septa.astype(np.float32)
    threads = rows.waves((rows.right, depth, rows.superior), waves)
    np.abs(threads, out=threads)
    inside = threads < SEPTUM_WIDTH
    inside &= canvas.part[block.place] == Part.SUBCUTANEOUS_FAT
    inside &= rows.line(depth) > 2 * SKIN_MM
    share = SEPTUM_SHARE * (1 - threads[inside] / np.float32(SEPTUM_WIDTH))
    share *= _coming_and_going(anatomy, rows, inside)
    canvas.blend(
        block,
        inside,
        (FAT, FASCIA),
        share.astype(np.float32),
        Part.SUBCUTANEOUS_FAT,
    )


def _paint_haze(canvas: Canvas, anatomy: Anatomy, back: Back) -> None:
    """Let the fat around the bowel be uneven: vessels and folds too fine to paint."""
    front = np.float32(np.median(back.wall.values) + HAZE_FROM_MM)
    lower = (EVERYWHERE[0][0], float(front), EVERYWHERE[0][2])
    block = canvas.block(Frame.patient(), lower, EVERYWHERE[1])
    if block is None:
        return
    rows = Rows.of(block)
    axes = (rows.right, rows.anterior, rows.superior)
    waves = anatomy.soft.haze.astype(np.float32)
    haze = HAZE_SHARE * np.maximum(rows.waves(axes, waves), 0)
    strands = np.abs(rows.waves(axes, STRANDS_FINER * waves[STRANDS]))
    strands *= np.float32(-1 / STRAND_WIDTH)
    strands += 1
    haze += STRAND_SHARE * np.maximum(strands, 0, out=strands)
    haze *= canvas.part[block.place] == Part.TRUNK_FAT
    haze *= np.clip((rows.line(rows.anterior) - front) / HAZE_FADES_MM, 0, 1)
    for name, values in canvas.values.items():
        look = canvas.looks[name]
        values[block.place] += np.float32(look(BOWEL) - look(TRUNK_FAT)) * haze


def _paint_transition(canvas: Canvas, back: Back) -> None:
    """Let the fat of the back turn gradually into the greyer fat of the abdomen."""
    front = np.float32(np.median(back.wall.values) + GREYER_FROM_MM)
    lower = (EVERYWHERE[0][0], float(front), EVERYWHERE[0][2])
    block = canvas.block(Frame.patient(), lower, EVERYWHERE[1])
    if block is None:
        return
    rows = Rows.of(block)
    share = (rows.line(rows.anterior) - front) / GREYER_OVER_MM
    np.clip(share, 0, 1, out=share)
    parts = canvas.part[block.place]
    share *= (parts == Part.TRUNK_FAT) | (parts == Part.NOTHING)
    for name, values in canvas.values.items():
        look = canvas.looks[name]
        values[block.place] += np.float32(look(TRUNK_FAT) - look(FAT)) * share


def _coming_and_going(anatomy: Anatomy, rows: Rows, inside: Inside) -> Flat:
    """How visible septa are from place to place, 0 to 1."""
    waves = anatomy.soft.haze.astype(np.float32)[:SEEN_WAVES]
    seen = rows.waves((rows.right, rows.anterior, rows.superior), waves)[inside]
    visible: np.ndarray = np.clip(seen * SEPTUM_FADES, 0, 1)
    return visible
