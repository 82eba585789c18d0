"""Painting what lies in the abdomen: great vessels, kidneys, liver, spleen, bowel."""

import numpy as np

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.back import Back, Profile
from lbp_outcome.simulate.body.courses import Course, frame_scale, through
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.paint.canvas import Canvas, Sheets
from lbp_outcome.simulate.paint.fibres import fibres_at
from lbp_outcome.simulate.paint.ovals import bands, oval_of
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.rows import Rows
from lbp_outcome.simulate.paint.tissues import (
    BOWEL,
    BOWEL_CONTENT,
    BOWEL_GAS,
    KIDNEY,
    LIVER,
    MUSCLE,
    SLOW_BLOOD,
    TRUNK_FAT,
    VESSEL,
    Tissue,
)

Point = tuple[float, float, float]

AORTA, CAVA, ILIAC = (8.0, 8.0), (10.5, 7.0), 5.0
"""Half width and half depth of the great vessels; radius of their branches [mm]."""

CAVA_BESIDE_MM, BEFORE_BODY_MM = 21.0, 2.0
"""The vena cava runs so far to the right of the aorta, both this far in front of the
bodies."""

VESSEL_EDGE = np.float32(0.22)
END_MM = 14.0
"""The ends of vessels round off over this length."""

FORK_BELOW_L4_MM = 8.0
"""The aorta forks this far below the middle of L4."""

SOFT_EDGE = np.float32(0.45)
"""Over this part of a loop's outline, squared, it fades into the fat around it."""

LOOP_WAVES, LOOP_FINER, UNEVEN_LOOPS = slice(0, 6), np.float32(2.0), np.float32(0.16)
"""Which waves of the abdomen's fat bend loops of bowel, how much shorter they are
there, and how strong."""

FOLDS, FOLD_SIZES = np.float32(0.22), (0.4, 0.8, 3.0)
"""How strong folds are, and the scale of their pattern along the axes."""

CONTENTS = (
    (BOWEL, BOWEL_CONTENT),
    (BOWEL, TRUNK_FAT),
    (BOWEL, MUSCLE),
    (BOWEL_GAS, BOWEL),
    (BOWEL, TRUNK_FAT),
    (MUSCLE, BOWEL_CONTENT),
    (BOWEL, MUSCLE),
)
"""What loops are mixed of, in turn."""

SINUS_MM = (13.0, 9.0, 27.0)
KIDNEYS = ((-64.0, 4.0), (64.0, -12.0))
"""Half axes of the fat in a kidney; middle of left and right kidney: to the side, and
above the lower edge of L1 [mm]."""


def paint_organs(canvas: Canvas, anatomy: Anatomy, back: Back) -> None:
    """Paint the organs into the fat of the abdomen, vessels last."""
    _paint_large_organs(canvas, anatomy, back)
    _paint_bowel(canvas, anatomy)
    _paint_vessels(canvas, anatomy, back)


def _paint_large_organs(canvas: Canvas, anatomy: Anatomy, back: Back) -> None:
    """Paint liver (right), spleen (left) and the kidneys beside L1 to L3."""
    first = anatomy.vertebra(Vertebra.L1)
    top = anatomy.vertebra(Vertebra.T12).frame.origin
    wide = anatomy.soft.waist / 985.0
    aside, depth, height = (float(value) for value in top)
    _paint_organ(
        canvas,
        (aside + 85 * wide, depth + 68 * wide, height + 25),
        (75.0 * wide, 75.0 * wide, 85.0),
        LIVER,
    )
    _paint_organ(
        canvas, (aside - 95 * wide, depth + 5, height + 10), (30, 42, 50), LIVER
    )
    low = float(first.corner(front=False, top=False)[2])
    for away, up in KIDNEYS:
        middle = np.array([low + up], dtype=np.float32)
        place = (
            float(back.midline(middle)[0]) + away * frame_scale(anatomy),
            float(back.wall(middle)[0]) + 12,
            low + up,
        )
        inwards = (place[0] - float(np.sign(away)) * 15, place[1] + 5, place[2])
        _paint_organ(
            canvas,
            place,
            (29, 26, 57),
            TRUNK_FAT,
            part=Part.TRUNK_FAT,
            within=Part.ORGAN,  # fat between kidney and liver or spleen
        )
        _paint_organ(canvas, place, (26, 22, 54), KIDNEY)
        _paint_sinus(canvas, inwards)


def _paint_bowel(canvas: Canvas, anatomy: Anatomy) -> None:
    """Scatter loops of bowel in front of the great vessels; some hold gas."""
    bodies = [bone.frame for bone in anatomy.vertebrae]
    front = Profile.through(
        np.array([frame.origin[2] for frame in bodies]),
        np.array([frame.at(anterior=46)[1] for frame in bodies]),
    )
    for number, (x, y, z, *half) in enumerate(anatomy.soft.organs):
        spine = float(front(np.array([z], dtype=np.float32))[0])
        content = CONTENTS[number % len(CONTENTS)]
        place = (float(x), float(y) + spine, float(z))
        size = (float(half[0]), float(half[1]), float(half[2]))
        _paint_loop(canvas, anatomy, place, size, content)


def _paint_vessels(canvas: Canvas, anatomy: Anatomy, back: Back) -> None:
    """Paint aorta (left) and vena cava (right) to where they fork, and below."""
    fork = float(anatomy.vertebra(Vertebra.L4).frame.origin[2]) - FORK_BELOW_L4_MM
    left = anatomy.soft.aorta_aside
    right = left + CAVA_BESIDE_MM
    for aside, size, tissue, low in (
        (right, CAVA, SLOW_BLOOD, fork - 14),
        (left, AORTA, VESSEL, fork),
    ):
        for side in (-1, 1):
            course = _iliac(anatomy, back, side, (aside, size[1], low))
            _paint_course(canvas, course, back, tissue)
        _paint_course(canvas, _before(anatomy, aside, size, low), back, tissue)


def _before(
    anatomy: Anatomy, aside: float, size: tuple[float, float], fork: float
) -> Course:
    """A vessel that runs down in front of the bodies and ends round at its fork."""
    bones = anatomy.vertebrae
    height = np.array([bone.frame.origin[2] for bone in bones])
    ahead = np.array([bone.size.depth + size[1] + BEFORE_BODY_MM for bone in bones])
    width, depth = (np.full(len(bones), half) for half in size)
    course = through(
        height, np.column_stack([np.full(len(bones), aside), ahead, width, depth])
    )
    top = float(height.max()) + 60
    return Course(**{**vars(course), "bottom": fork - END_MM / 2, "top": top})


def _iliac(
    anatomy: Anatomy, back: Back, side: int, way: tuple[float, float, float]
) -> Course:
    """A vessel from the fork to the inner border of the psoas."""
    aside, half, fork = way
    top = fork + 9
    fourth = anatomy.vertebra(Vertebra.L4)
    deep = fourth.size.depth + half + BEFORE_BODY_MM
    front = float(back.wall(np.array([fork], dtype=np.float32))[0]) + deep
    drop = np.array([0.0, 9.0, 20.0, 35.0, 60.0, 100.0])
    away = np.array([2.0, 4.5, 11.0, 20.0, 33.0, 47.0])
    behind = np.array([0.0, 0.5, 2.0, 4.0, 8.0, 14.0])
    wall = back.wall((top - drop).astype(np.float32)).astype(float)
    ovals = np.column_stack(
        [
            np.interp(drop, (0, 100), (aside, 0)) + side * away,
            front - behind - wall,
            *np.full((2, len(drop)), ILIAC),
        ]
    )
    return through(top - drop, ovals)


def _paint_course(canvas: Canvas, course: Course, back: Back, tissue: Tissue) -> None:
    """Paint a vessel with soft walls and rounded ends."""
    for rows in bands(canvas, course, back):
        oval = oval_of(rows, course, back)
        height = rows.line(rows.superior)
        over = np.maximum(np.float32(course.bottom + END_MM) - height, 0)
        over = np.maximum(over, height - np.float32(course.top - END_MM))
        oval += np.square(over / np.float32(END_MM))
        free = canvas.part[rows.block.place] != Part.NOTHING
        share = np.clip((1 + VESSEL_EDGE / 2 - oval) / VESSEL_EDGE, 0, 1) * free
        _blend_in(canvas, rows, share, (tissue, tissue), share, Part.VESSEL)


def _paint_loop(
    canvas: Canvas,
    anatomy: Anatomy,
    centre: Point,
    half: Point,
    content: tuple[Tissue, Tissue],
) -> None:
    """Paint a loop of bowel that fades into its surroundings, with folds in it."""
    found = _ellipsoid(canvas, centre, half, 1.3)
    if found is None:
        return
    rows, oval = found
    axes = (rows.right, rows.anterior, rows.superior)
    waves = anatomy.soft.haze.astype(np.float32)
    oval += UNEVEN_LOOPS * rows.waves(axes, LOOP_FINER * waves[LOOP_WAVES])
    part = canvas.part[rows.block.place]
    share = np.clip((1 - oval) / SOFT_EDGE, 0, 1)
    share *= (part == Part.TRUNK_FAT) | (part == Part.BOWEL)
    folds = np.clip(np.float32(0.4) + FOLDS * _folds(rows), 0, 1)
    _blend_in(canvas, rows, share, content, folds, Part.BOWEL)


def _paint_sinus(canvas: Canvas, centre: Point) -> None:
    """Paint the fat and the calyces in the middle of a kidney."""
    found = _ellipsoid(canvas, centre, SINUS_MM, 1.3)
    if found is None:
        return
    rows, oval = found
    calyces = _folds(rows)
    share = np.clip(1.2 - oval + np.float32(0.3) * calyces, 0, 1)
    share *= canvas.part[rows.block.place] == Part.ORGAN
    fluid = np.clip(np.float32(0.3) * calyces, 0, 1)
    _blend_in(canvas, rows, share, (TRUNK_FAT, BOWEL_CONTENT), fluid, Part.TRUNK_FAT)


def _folds(rows: Rows) -> Sheets:
    """Return a pattern of folds: mean 0, SD 1."""
    axes = (rows.right, rows.anterior, rows.superior)
    right, ahead, up = (
        np.float32(size) * rows.line(axis)
        for axis, size in zip(axes, FOLD_SIZES, strict=True)
    )
    flat = fibres_at(right.ravel(), ahead.ravel(), up.ravel(), (0.0, 0.0, 0.0))
    pattern: np.ndarray = flat.reshape(right.shape)
    return pattern


def _blend_in(
    canvas: Canvas,
    rows: Rows,
    share: Sheets,
    tissues: tuple[Tissue, Tissue],
    second: Sheets,
    part: Part,
) -> None:
    """Replace a share of what is painted by a mixture of two tissues."""
    place = rows.block.place
    for name, values in canvas.values.items():
        bright, other = (np.float32(canvas.looks[name](item)) for item in tissues)
        here = values[place]
        here += share * (bright + (other - bright) * second - here)
    np.copyto(canvas.part[place], np.uint8(part), where=share > np.float32(0.5))


def _paint_organ(
    canvas: Canvas,
    centre: Point,
    half: Point,
    tissue: Tissue,
    *,
    part: Part = Part.ORGAN,
    within: Part = Part.TRUNK_FAT,
) -> None:
    """Paint an ellipsoid, only where another structure is so far."""
    found = _ellipsoid(canvas, centre, half)
    if found is None:
        return
    rows, oval = found
    inside = (oval < 1) & (canvas.part[rows.block.place] == within)
    canvas.paint(rows.block, inside, tissue, part)


def _ellipsoid(
    canvas: Canvas, centre: Point, half: Point, room: float = 1.0
) -> tuple[Rows, Sheets] | None:
    """Return the rows around an ellipsoid, and 1 on its surface, less inside."""
    lower = tuple(m - room * size for m, size in zip(centre, half, strict=True))
    upper = tuple(m + room * size for m, size in zip(centre, half, strict=True))
    block = canvas.block(Frame.patient(), lower, upper)
    if block is None:
        return None
    rows = Rows.of(block)
    axes = (rows.right, rows.anterior, rows.superior)
    places = zip(axes, centre, half, strict=True)
    return rows, rows.oval(*(axis.minus(at).over(size) for axis, at, size in places))
