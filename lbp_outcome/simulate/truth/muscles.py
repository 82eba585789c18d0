"""What is true of the muscles, counted on points of the formulas' own space."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.anatomy import Muscle, Side
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.back import Back, lay_back
from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.fat_borders import STREAK_SOFTNESS, fat_borders
from lbp_outcome.simulate.paint.layers import paint_contents, paint_spine
from lbp_outcome.simulate.paint.marbling import back_muscles, marbling, regions_of
from lbp_outcome.simulate.paint.muscles import paint_front_muscles
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.tube import locate_canal
from lbp_outcome.simulate.truth.value import true_value

FLAT_MM, HIGH_MM = 2.0, 4.5
"""Distance of the points across and along the spine [mm]."""

ASIDE_MM, AHEAD_MM, BEHIND_MM = 82.0, 50.0, 8.0
"""Points reach this far from the midline, in front of the back walls of the bodies, and
behind the fascia [mm]."""

DISCS = 3
"""Muscles are looked at along the three lowest discs."""

BELOW_MM, ABOVE_MM = 12.0, 24.0
"""Points reach this far below the lowest of them and above the highest [mm]."""

BAND_MM = 6.0
"""At a disc counts what lies this near to its plane [mm]."""

LUMBAR_FAT = "muscle_lumbar_fat_dixon_percent"
PARTS = {
    (Muscle.MULTIFIDUS, Side.LEFT): Part.MULTIFIDUS_LEFT,
    (Muscle.MULTIFIDUS, Side.RIGHT): Part.MULTIFIDUS_RIGHT,
    (Muscle.ERECTOR_SPINAE, Side.LEFT): Part.ERECTOR_LEFT,
    (Muscle.ERECTOR_SPINAE, Side.RIGHT): Part.ERECTOR_RIGHT,
    (Muscle.PSOAS, Side.LEFT): Part.PSOAS_LEFT,
    (Muscle.PSOAS, Side.RIGHT): Part.PSOAS_RIGHT,
    (Muscle.QUADRATUS_LUMBORUM, Side.LEFT): Part.QUADRATUS_LEFT,
    (Muscle.QUADRATUS_LUMBORUM, Side.RIGHT): Part.QUADRATUS_RIGHT,
}


@dataclass(frozen=True, eq=False)
class _Points:
    """Points of one muscle on one side.

    Attributes:
        place: Where they lie [mm].
        fat: Share of fat at each of them.
        volume_mm3: What each of them stands for.
    """

    place: Float[np.ndarray, "n 3"]
    fat: Float[np.ndarray, " n"]
    volume_mm3: float

    def percent(self, there: Bool[np.ndarray, " n"]) -> float:
        """Return the share of fat in some of them [%]."""
        return 100 * float(self.fat[there].mean())

    def volume_cm3(self, there: Bool[np.ndarray, " n"]) -> float:
        """Return the volume of some of them [cm3]."""
        return float(there.sum()) * self.volume_mm3 / 1000


def of_muscles(
    anatomy: Anatomy, complete: Collection[VertebraShape]
) -> Iterator[Measurement]:
    """Yield fat, area and volume of every muscle along the three lowest discs.

    Args:
        anatomy: The shapes.
        complete: The vertebrae that the scan shows, from above; they say where up is.
    """
    discs = anatomy.discs[-DISCS:]
    upper, lower = (discs[at].frame.origin for at in (0, -1))
    head = _head(anatomy, complete)
    for (muscle, side), points in _muscles(anatomy).items():
        up = (points.place - lower) @ head
        between = (up > 0) & (up < (upper - lower) @ head)
        fat, size = points.percent(between), points.volume_cm3(between)
        yield true_value(LUMBAR_FAT, fat, side=side, part=muscle)
        yield true_value("muscle_volume_cm3", size, side=side, part=muscle)
        for disc in discs:
            yield from _at_disc(points, disc, muscle, side)


def _at_disc(
    points: _Points, disc: DiscShape, muscle: Muscle, side: Side
) -> Iterator[Measurement]:
    away = np.abs((points.place - disc.frame.origin) @ disc.frame.superior)
    if (near := away < BAND_MM).any():
        fat = points.percent(near)
        area = 10 * points.volume_cm3(near) / (2 * BAND_MM)
        name = disc.name
        yield true_value("muscle_fat_dixon_percent", fat, name, side=side, part=muscle)
        yield true_value("muscle_area_cm2", area, name, side=side, part=muscle)


def _head(
    anatomy: Anatomy, complete: Collection[VertebraShape]
) -> Float[np.ndarray, "3"]:
    """Unit vector along the spine, from S1 and S2 to the highest vertebra shown."""
    first, second, *_ = anatomy.sacrum.segments
    lowest = (first.frame.origin + second.frame.origin) / 2
    run = next(iter(complete)).frame.origin - lowest
    head: np.ndarray = run / np.linalg.norm(run)
    return head


def _muscles(anatomy: Anatomy) -> Mapping[tuple[Muscle, Side], _Points]:
    """All muscles on both sides, bone and canal left out."""
    back = lay_back(anatomy)
    canvas = _space(anatomy, back)
    fat = np.zeros(canvas.part.shape, dtype=np.float32)
    tube = locate_canal(canvas, anatomy.sac)
    paint_front_muscles(canvas, anatomy, back)
    paint_spine(canvas, anatomy, tube)
    _lay_fat(canvas, anatomy, back, fat)
    paint_contents(canvas, anatomy, tube)
    _even_fat(canvas, anatomy, fat)
    volume = float(abs(np.linalg.det(canvas.affine[:3, :3])))
    found = {}
    for place, part in PARTS.items():
        index = np.argwhere(canvas.part == part)
        points = index[:, ::-1] @ canvas.affine[:3, :3].T + canvas.affine[:3, 3]
        found[place] = _Points(points, fat[tuple(index.T)].astype(float), volume)
    return found


def _lay_fat(
    canvas: Canvas, anatomy: Anatomy, back: Back, fat: Float[np.ndarray, "z y x"]
) -> None:
    """Set the share of fat at every point of the muscles of the back."""
    muscles = back_muscles(anatomy, back)
    for muscle, border in zip(muscles, fat_borders(anatomy), strict=True):
        for region in regions_of(canvas, muscle, anatomy, back):
            place, inside = region.rows.block.place, region.inside
            over = marbling(region, muscle, anatomy, back) - np.float32(border)
            fat[place][inside] = np.clip(over / STREAK_SOFTNESS + 0.5, 0, 1)
            canvas.part[place][inside] = muscle.part


def _even_fat(
    canvas: Canvas, anatomy: Anatomy, fat: Float[np.ndarray, "z y x"]
) -> None:
    """Set the share of fat of psoas and quadratus lumborum: their mean."""
    soft = anatomy.soft
    for muscle, shares in (
        (Muscle.PSOAS, soft.psoas_fat),
        (Muscle.QUADRATUS_LUMBORUM, soft.quadratus_fat),
    ):
        for side, share in zip(Side, shares, strict=True):
            fat[canvas.part == PARTS[muscle, side]] = share


def _space(anatomy: Anatomy, back: Back) -> Canvas:
    """Points around the lower spine; their distances divide the patient evenly."""
    discs = anatomy.discs[-DISCS:]
    heights = [float(discs[at].frame.origin[2]) for at in (-1, 0)]
    low, high = heights[0] - BELOW_MM, heights[1] + ABOVE_MM
    seen = np.linspace(low, high, 12, dtype=np.float32)
    aside = float(back.midline(seen).mean()) - ASIDE_MM
    behind = float(back.fascia(seen).min()) - BEHIND_MM
    deep = float(back.wall(seen).max()) + AHEAD_MM - behind
    affine = np.diag([FLAT_MM, FLAT_MM, HIGH_MM, 1.0])
    affine[:3, 3] = aside, behind, low
    shape = (
        int(2 * ASIDE_MM / FLAT_MM),
        int(deep / FLAT_MM),
        int((high - low) / HIGH_MM),
    )
    return Canvas(affine, shape, {}, sheets=1)
