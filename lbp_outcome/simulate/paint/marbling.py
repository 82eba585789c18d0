"""Where a muscle of the back lies on a canvas, and where fat gathers in it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.back import Back
from lbp_outcome.simulate.body.courses import Course, erector, multifidus
from lbp_outcome.simulate.paint.canvas import Canvas, Flat, Inside, Sheets
from lbp_outcome.simulate.paint.fibres import fibres_at
from lbp_outcome.simulate.paint.ovals import across, bands, oval_of
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.rows import Line, Rows

MIDLINE_MM = 3.2
"""Between the spinous processes lie ligaments, this far to either side."""

DEEP_FAT, LOW_FAT = {True: 0.45, False: 1.0}, 0.6
"""How strongly fat gathers deep in erector spinae (true) and multifidus, and low."""

MEDIAL_FAT = {True: -0.4, False: 1.1}
"""How strongly it gathers near the midline: in the erector spinae (true), which is
fattier at its side, and in the multifidus."""

RIM_FAT = np.float32(0.8)
"""How strongly it gathers at the border of a muscle."""

FAINTEST = np.float32(0.15)
"""Fascia thinner than this does not show."""

TAKEN = 0.85
"""Share of the room of a wasted muscle that fascia and neighbours close in on."""

CLEFT, UNEVEN_CLEFT = np.float32(1.02), np.float32(0.055)
"""The erector spinae begins beyond this multiple of the multifidus' outline, squared,
more or less: in places a fat plane parts them, in others they touch."""

SHEATH = np.float32(1.06)
"""The fascia of a muscle reaches to this multiple of its outline, squared."""

UNEVEN_OUTLINE, UNEVEN_WASTING = np.float32(0.05), np.float32(0.22)
"""How uneven the outlines are, and how unevenly a wasted muscle draws back from them.
"""

OUTLINE_WAVES, CLEFT_WAVES = slice(0, 6), slice(6, 11)
"""Which waves of the abdomen's uneven fat shape outlines, and which the rest, as well.
"""

FAN_AHEAD_MM = {True: 105.0, False: 62.0}
"""The streaks fan out from a line so far in front of the fascia: in the erector
spinae (true), and in the multifidus."""

FAN_UNTIL_MM, BEND_MM = 38.0, np.float32(0.9)
FIBRES_OUTWARDS, FIBRES_FORWARDS = {True: 0.03, False: 0.12}, {True: 0.08, False: 0.30}
"""How far the fibres run outwards and forwards per millimetre downwards: those of the
multifidus from the spinous processes to the joints below."""

OTHER_SIDE_MM = 38.0
"""The streaks of left and right are cut from places this far from their middle."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Muscle:
    """One muscle on one side.

    Attributes:
        course: The space that it fills when healthy.
        size: Its cross-section relative to that.
        fat: Its fat share from L3 to S1, 0 to 1.
        part: Which structure it is.
        side: -1 left, 1 right.
        beyond: The space of a muscle that it embraces, or None.
        beyond_size: The size of that muscle.
    """

    course: Course
    size: float
    fat: float
    part: Part
    side: int
    beyond: Course | None = None
    beyond_size: float = 1.0

    @property
    def outer(self) -> bool:
        """Whether it embraces another muscle, as the erector spinae does."""
        return self.beyond is not None


@dataclass(frozen=True, eq=False)
class Region:
    """Points of a canvas in and around one muscle.

    Attributes:
        rows: The rows of a band of the canvas.
        inside: Points inside the muscle.
        border: There, 1 at the border of the muscle, less within.
        bend: There, how far its streaks bend to the side [mm].
        sheath: Points in its fascia.
        dense: There, how dense the fascia is, 0 to 1.
    """

    rows: Rows
    inside: Inside
    border: Flat
    bend: Flat
    sheath: Inside
    dense: Float32[np.ndarray, " sheath_points"]


def back_muscles(anatomy: Anatomy, back: Back) -> list[Muscle]:
    """Return multifidus and erector spinae of both sides."""
    soft = anatomy.soft
    muscles = []
    for side, inner, outer in (
        (-1, Part.MULTIFIDUS_LEFT, Part.ERECTOR_LEFT),
        (1, Part.MULTIFIDUS_RIGHT, Part.ERECTOR_RIGHT),
    ):
        deep, right = multifidus(anatomy, back, side), int(side > 0)
        size, fat = soft.multifidus[right], soft.multifidus_fat[right]
        muscles.append(Muscle(course=deep, size=size, fat=fat, part=inner, side=side))
        muscles.append(
            Muscle(
                course=erector(anatomy, back, side),
                size=soft.erector[right],
                fat=soft.erector_fat[right],
                part=outer,
                side=side,
                beyond=deep,
                beyond_size=size,
            )
        )
    return muscles


def lower_back(anatomy: Anatomy) -> tuple[float, float]:
    """Return the heights between which fat shares hold: middle of S1, middle of L3."""
    third = anatomy.vertebra(Vertebra.L3).frame.origin[2]
    return float(anatomy.sacrum.segments[0].frame.origin[2]), float(third)


def regions_of(
    canvas: Canvas, muscle: Muscle, anatomy: Anatomy, back: Back
) -> Iterator[Region]:
    """Yield the points inside a muscle of the back, band by band."""
    waves = anatomy.soft.haze.astype(np.float32)
    for rows in bands(canvas, muscle.course, back):
        free = canvas.part[rows.block.place]
        own = (free == Part.NOTHING) | (free == Part.TRUNK_FAT)
        aside = rows.right - rows.along(back.midline)
        own &= rows.line(aside.over(float(muscle.side))) > MIDLINE_MM
        outline = UNEVEN_OUTLINE * uneven(rows, waves[OUTLINE_WAVES])
        cleft = uneven(rows, waves[CLEFT_WAVES])
        if muscle.beyond is not None:
            other = oval_of(rows, muscle.beyond, back) + outline
            own &= other > _room(muscle.beyond_size) * CLEFT + UNEVEN_CLEFT * cleft
        places = across(rows, muscle.course, back)
        close = float(np.sqrt(_room(muscle.size)))
        around = [place.over(close) for place in places]
        fascia = rows.oval(*around, blunt=muscle.course.blunt) + outline
        shrunk = [place.over(float(np.sqrt(muscle.size))) for place in places]
        border = rows.oval(*shrunk, blunt=muscle.course.blunt) + outline
        border += np.float32(max(1 - muscle.size, 0.0)) * UNEVEN_WASTING * cleft
        inside = own & (border < 1)
        sheath = own & (fascia > 1) & (fascia < SHEATH) & ~inside & (cleft > 0)
        dense = np.clip(cleft[sheath] / 3 - FAINTEST, 0, 1)
        bend = BEND_MM * cleft[inside]
        yield Region(rows, inside, border[inside], bend, sheath, dense)


def _room(size: float) -> np.float32:
    """What its neighbours leave to a wasted muscle, as a share of a healthy one's."""
    return np.float32(min(1 - TAKEN * (1 - size), 1.0))


def uneven(rows: Rows, waves: Float32[np.ndarray, "waves 4"]) -> Sheets:
    """Return slow waves that make outlines uneven."""
    return rows.waves((rows.right, rows.anterior, rows.superior), waves)


def marbling(region: Region, muscle: Muscle, anatomy: Anatomy, back: Back) -> Flat:
    """Return where fat gathers inside a muscle: on septa, at the border, deep, low."""
    rows, inside = region.rows, region.inside
    low, high = lower_back(anatomy)
    ahead = rows.line(_from_fascia(rows, back))[inside]
    aside = rows.line(_outwards(rows, muscle, back))[inside]
    up = rows.line(rows.superior)[inside]
    fan = np.float32(FAN_AHEAD_MM[muscle.outer])
    fanned = aside * (fan / (fan - np.minimum(ahead, np.float32(FAN_UNTIL_MM))))
    begin, *rest = anatomy.soft.streaks
    pattern = fibres_at(
        fanned + region.bend + np.float32(FIBRES_OUTWARDS[muscle.outer]) * up,
        ahead + np.float32(FIBRES_FORWARDS[muscle.outer]) * up,
        up,
        (begin + OTHER_SIDE_MM * max(muscle.side, 0), *rest),
    )
    depth, width = muscle.course.half_depth, muscle.course.half_width
    middle = np.array([(low + high) / 2], dtype=np.float32)
    deep, wide = (2 * float(size(middle)[0]) for size in (depth, width))
    pattern += np.float32(DEEP_FAT[muscle.outer] / deep) * ahead
    pattern -= np.float32(MEDIAL_FAT[muscle.outer] / wide) * aside
    pattern -= np.float32(LOW_FAT / (high - low)) * (up - np.float32(low))
    rim = np.square(np.square(np.maximum(region.border, 0)))
    pattern += RIM_FAT * rim * np.maximum(region.bend, 0)
    return pattern


def faint_streaks(
    rows: Rows, inside: Inside, muscle: Muscle, anatomy: Anatomy, back: Back
) -> Flat:
    """Return the pattern of fat in a muscle whose fibres run straight down."""
    ahead = rows.line(_from_fascia(rows, back))[inside]
    aside = rows.line(_outwards(rows, muscle, back))[inside]
    up = rows.line(rows.superior)[inside]
    return fibres_at(aside, ahead, up, anatomy.soft.streaks)


def _from_fascia(rows: Rows, back: Back) -> Line:
    return rows.anterior - rows.along(back.fascia)


def _outwards(rows: Rows, muscle: Muscle, back: Back) -> Line:
    return (rows.right - rows.along(back.midline)).over(float(muscle.side))
