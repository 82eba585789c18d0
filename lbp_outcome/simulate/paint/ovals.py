"""Oval cross-sections on a canvas: where a muscle or vessel runs through it."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from lbp_outcome.simulate.body.back import Back
from lbp_outcome.simulate.body.courses import Course
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.outline import Envelope
from lbp_outcome.simulate.paint.canvas import Canvas, Sheets
from lbp_outcome.simulate.paint.rows import Line, Rows

BAND_MM = 55.0
"""A course is painted in bands of this height, each in a box that fits closely."""

SPARE_MM = 3.0

TRUNK_BLUNT = 0.45
"""How far the trunk's outline is from an ellipse."""


def bands(canvas: Canvas, course: Course, back: Back) -> Iterator[Rows]:
    """Yield the rows of a canvas around a course, band by band from below."""
    count = max(int(np.ceil((course.top - course.bottom) / BAND_MM)), 1)
    edges = np.linspace(course.bottom, course.top, count + 1)
    for low, high in pairwise(edges):
        height = np.linspace(low, high, 12, dtype=np.float32)
        width, depth = course.half_width(height), course.half_depth(height)
        reach = max(float(width.max()), float(depth.max())) if course.turn else 0.0
        aside = back.midline(height) + course.aside(height)
        ahead = back.wall(height) + course.ahead(height)
        width, depth = np.maximum(width, reach), np.maximum(depth, reach)
        lower = (float((aside - width).min()), float((ahead - depth).min()))
        upper = (float((aside + width).max()), float((ahead + depth).max()))
        block = canvas.block(
            Frame.patient(),
            (lower[0] - SPARE_MM, lower[1] - SPARE_MM, float(low)),
            (upper[0] + SPARE_MM, upper[1] + SPARE_MM, float(high)),
        )
        if block is not None:
            yield Rows.of(block)


def across(rows: Rows, course: Course, back: Back) -> tuple[Line, Line]:
    """Return places across a course as multiples of its half axes."""
    aside = rows.right - rows.along(back.midline) - rows.along(course.aside)
    ahead = rows.anterior - rows.along(back.wall) - rows.along(course.ahead)
    if course.turn:
        aside, ahead = (
            aside.turned(ahead, course.turn),
            ahead.turned(aside, -course.turn),
        )
    return (
        aside.over(rows.at_middle(course.half_width)),
        ahead.over(rows.at_middle(course.half_depth)),
    )


def oval_of(rows: Rows, course: Course, back: Back) -> Sheets:
    """Return 1 on the outline of a course, less inside, the square of a length."""
    return rows.oval(*across(rows, course, back), blunt=course.blunt)


def within(rows: Rows, envelope: Envelope) -> Sheets:
    """Return 1 on an envelope of the trunk, less inside."""
    aside = rows.right.minus(envelope.aside)
    ahead = rows.anterior - rows.along(envelope.depth)
    return rows.oval(
        aside.over(rows.at_middle(envelope.half_width)),
        ahead.over(rows.at_middle(envelope.half_depth)),
        blunt=TRUNK_BLUNT,
    )
