"""The outline of a disc against those of its endplates, seen along the disc.

Outlines are rebuilt from chords from front to back, one set in each sagittal slice of
the scan, so that nothing is interpolated between thick slices but the final curve.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float
from scipy import ndimage

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.endplate import End, bony_endplate, facing_endplates
from lbp_outcome.geometry.frame import (
    Frame,
    Points,
    Vector,
    rough_frame,
    unit,
    upright,
)
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.plane import Plane
from lbp_outcome.image import Image
from lbp_outcome.spine import Spine, Structure

STEP_DEG = 2.0
ANGLES_DEG = np.arange(-180.0, 180.0, STEP_DEG)
"""Directions in the disc: 0 to the back, 90 to the patient's left [deg]."""

AROUND = np.radians(ANGLES_DEG)

DISC_LAYERS = (-0.24, -0.08, 0.08, 0.24)
"""Where a disc is looked at, as shares of its height from its middle. The outermost
outline counts: a bulge is rounded, and the middle of a thin disc is uncertain."""

BONE_LAYERS_MM = (0.0, 0.5, 1.0, 1.5)
"""How deep below an endplate its body is looked at [mm]. The outermost outline counts:
the edge of a body is rounded, and below its rim it narrows towards its waist."""

GROUP = 2
"""So many neighbouring layers are averaged first, against the grain of the voxels."""

ELSEWHERE = 1e-6
"""How much other layers count: where a group does not meet the mask, they stand in."""

TICK_MM = 0.5
HARMONICS = 4
STIFFNESS = 0.02
"""How much higher harmonics are held back where there are few points."""

SMOOTHED_DEG = 10.0
"""Outlines are averaged over this angle, an odd number of steps: the grain of voxels is
no bulge [deg]."""

FEWEST_SLICES = 4
WIDER_MM = 1.5
"""The first sacral endplate may be wider than the one above by so much; more belongs to
the wings of the sacrum [mm]."""

Directions = Float[np.ndarray, " direction"]
Edges = Float[np.ndarray, "group _ 3"]


@dataclass(frozen=True, eq=False, kw_only=True)
class DiscOutline:
    """A disc and its endplates as outlines around the middle of the disc.

    Attributes:
        disc: Distance of the disc's border from the middle, in every direction of
            `ANGLES_DEG` [mm].
        upper: The same for the endplate above, or None where it is not segmented.
        lower: The same for the endplate below, or None.
        seen: Directions in which the scan shows disc and endplates.
        frame: The axes of the disc.
    """

    disc: Directions
    upper: Directions | None
    lower: Directions | None
    seen: Bool[np.ndarray, " direction"]
    frame: Frame

    @cached_property
    def rim(self) -> Directions:
        """The endplate that reaches further, in every direction [mm]."""
        rims = [rim for rim in (self.upper, self.lower) if rim is not None]
        furthest: np.ndarray = np.max(rims, axis=0)
        return furthest

    @cached_property
    def beyond(self) -> Directions:
        """How far the disc stands out beyond both endplates; negative inside [mm]."""
        beyond: np.ndarray = self.disc - self.rim
        return beyond

    @property
    def remark(self) -> str:
        """What a reader should know about the endplates compared with."""
        if self.upper is None or self.lower is None:
            kept = "lower" if self.upper is None else "upper"
            return f"compared with the {kept} endplate alone; the other is not shown"
        return "" if self.seen.all() else "a side of the disc lies outside the scan"


@once
def disc_outline(spine: Spine, disc: Disc) -> DiscOutline:
    """Return the outlines of a disc and of the endplates beside it.

    Raises:
        NotMeasurable: The disc is not segmented, or neither endplate is.
    """
    rough_frame(spine)  # refuses an empty spine and a doubtful header first
    if disc not in spine.discs:
        raise NotMeasurable(f"disc {disc} is not segmented")
    frame, found = disc_frame(spine, disc), spine.discs[disc]
    upper = _of_endplate(spine, disc, disc.upper, End.LOWER)
    lower = _of_endplate(spine, disc, disc.lower, End.UPPER)
    if upper is None and lower is None:
        raise NotMeasurable(f"neither endplate of {disc} is segmented")
    if upper is not None and lower is not None and disc.lower is Vertebra.S1:
        lower = np.minimum(lower, _expected(upper, lower))
    rims = [rim for rim in (upper, lower) if rim is not None]
    border = _of_disc(spine, disc, np.max(rims, axis=0))
    return DiscOutline(
        disc=border,
        upper=upper,
        lower=lower,
        seen=_seen(found, frame, border),
        frame=frame,
    )


def _expected(upper: Directions, lower: Directions) -> Directions:
    """How far the lower endplate reaches if it is like the upper one but slipped."""
    along = np.cos(np.radians(ANGLES_DEG))
    behind, before = (int(np.abs(ANGLES_DEG - at).argmin()) for at in (0.0, -180.0))
    slip = np.where(along > 0, (lower - upper)[behind], (lower - upper)[before])
    expected: np.ndarray = upper + np.abs(along) * slip + WIDER_MM
    return expected


def _of_disc(spine: Spine, disc: Disc, rim: Directions) -> Directions:
    """The outline half way between the endplates."""
    frame, found = disc_frame(spine, disc), spine.discs[disc]
    lines = _lines(found, frame)
    above, below = (lines.up_to(end.plane) for end in facing_endplates(spine, disc))
    shares = np.array(DISC_LAYERS)[:, None, None]
    edges = lines.edges((above + below) / 2 + shares * (above - below))
    _require_slices(edges, f"disc {disc}")
    return _furthest([_like(frame.local(group), rim) for group in edges])


def _furthest(outlines: list[Directions]) -> Directions:
    furthest: np.ndarray = np.max(outlines, axis=0)
    return furthest


def _require_slices(edges: Edges, name: str) -> None:
    if edges.shape[1] < 2 * FEWEST_SLICES:
        raise NotMeasurable(f"{name} is seen in too few slices to have an outline")


def _of_endplate(
    spine: Spine, disc: Disc, vertebra: Vertebra, end: End
) -> Directions | None:
    """The outline of a body's end, slid along its own axis onto its endplate."""
    try:
        bone, plate = body(spine, vertebra), bony_endplate(spine, vertebra, end).plane
        own = upright(plate.centre, plate.normal, rough_frame(spine).posterior)
        lines = _lines(bone, own)
        inwards = 1.0 if end is End.LOWER else -1.0
        depths = inwards * np.array(BONE_LAYERS_MM)[:, None, None]
        edges = lines.edges(depths + np.zeros(lines.shape))
        _require_slices(edges, str(vertebra))
        flat = [own.to_patient(own.local(group) * (1.0, 1.0, 0.0)) for group in edges]
        frame = disc_frame(spine, disc)
        return _furthest([_oval(frame.local(group)) for group in flat])
    except NotMeasurable:
        return None


@dataclass(frozen=True, eq=False, kw_only=True)
class _Lines:
    """Lines from front to back in the sagittal slices of a scan.

    Attributes:
        mask: What is looked for along them.
        starts: A place on each line, one line in each slice [mm].
        forth: Unit vector along the lines, to the back.
        lift: Leads 1 mm up within a slice.
        ticks: Places along the lines that are looked at [mm].
    """

    mask: Image
    starts: Points
    forth: Vector
    lift: Vector
    ticks: Float[np.ndarray, " tick"]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of slices and of places along each line."""
        return len(self.starts), len(self.ticks)

    def up_to(self, plane: Plane) -> Float[np.ndarray, "slice tick"]:
        """Return how far above each place a plane lies [mm]."""
        first = ((plane.centre - self.starts) @ plane.normal)[:, None]
        away = first - self.ticks * (self.forth @ plane.normal)
        height: np.ndarray = away / (self.lift @ plane.normal)
        return height

    def edges(self, heights: Float[np.ndarray, "layer slice tick"]) -> Edges:
        """Return where the lines, lifted to some heights, enter and leave the mask.

        One entry and one exit in each slice, for every group of neighbouring layers:
        the mean over those that meet the mask, or over all where none of a group does.
        Half of all layers must meet the mask.
        """
        flat = self.starts[:, None] + self.ticks[:, None] * self.forth
        places = flat + heights[..., None] * self.lift
        index = self.mask.to_index(places.reshape(-1, 3)).T
        values = ndimage.map_coordinates(
            self.mask.values.astype(np.float32), index, order=1, prefilter=False
        ).reshape(heights.shape)
        ends = [_crossing(values), len(self.ticks) - 1 - _crossing(values[..., ::-1])]
        met = (values >= 0.5).any(axis=2)
        often = met.mean(axis=0) >= 0.5
        weights = _weights(met[:, often])
        places = np.stack([self._at(end, heights)[:, often] for end in ends], axis=2)
        grouped = np.einsum("gls,lsep->gsep", weights, places)
        edges: np.ndarray = grouped.reshape(len(grouped), -1, 3)
        return edges

    def _at(
        self,
        end: Float[np.ndarray, "layer slice"],
        heights: Float[np.ndarray, "layer slice tick"],
    ) -> Float[np.ndarray, "layer slice 3"]:
        """Place on each line, so many ticks from its beginning."""
        nearest = np.rint(end).astype(int)[..., None]
        height = np.take_along_axis(heights, nearest, axis=2)
        along = (self.ticks[0] + end * TICK_MM)[..., None]
        place: np.ndarray = self.starts + along * self.forth + height * self.lift
        return place


def _weights(
    met: Bool[np.ndarray, "layer slice"],
) -> Float[np.ndarray, "group layer slice"]:
    """How much each layer counts in each group of neighbours, slice by slice."""
    shape = len(met) - GROUP + 1, len(met)
    within = np.tri(*shape, GROUP - 1) - np.tri(*shape, -1)
    weights: np.ndarray = (within[..., None] + ELSEWHERE) * met
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def _crossing(values: Float[np.ndarray, "layer slice tick"]) -> np.ndarray:
    """Where each row first reaches one half, to a fraction of a step."""
    first = np.maximum((values >= 0.5).argmax(axis=2), 1)[..., None]
    at = np.take_along_axis(values, first, axis=2)[..., 0]
    before = np.take_along_axis(values, first - 1, axis=2)[..., 0]
    back = np.clip((at - 0.5) / np.maximum(at - before, 1e-6), 0, 1)
    crossing: np.ndarray = first[..., 0] - back
    return crossing


def _lines(part: Structure, frame: Frame) -> _Lines:
    """Lay lines through a part of the spine, level with a frame."""
    mask = _padded(part.mask)
    axis = int(np.argmax(np.abs(frame.left @ mask.affine[:3, :3] / mask.spacing_mm)))
    across = mask.inverse[axis, :3]  # slices per millimetre
    forth = unit(np.cross(across, frame.superior))
    forth = forth if forth @ frame.posterior > 0 else -forth
    aside = np.cross(forth, frame.superior)
    aside /= aside @ across  # one step leads to the next slice
    lift = frame.superior - aside * (frame.superior @ across)
    here = float(mask.to_index(frame.origin[None])[0, axis])
    steps = np.arange(mask.values.shape[axis]) - here
    starts = frame.origin + np.outer(steps, aside)
    low, high = _reach(mask, frame)
    ticks = np.arange(low, high + TICK_MM, TICK_MM)
    return _Lines(mask=mask, starts=starts, forth=forth, lift=lift, ticks=ticks)


def _padded(mask: Image) -> Image:
    """Put one empty voxel around a mask; where the scan ends, it is not continued."""
    affine = mask.affine.copy()
    affine[:3, 3] -= affine[:3, :3].sum(axis=1)
    return Image(np.pad(mask.values, 1), affine)


def _reach(mask: Image, frame: Frame) -> tuple[float, float]:
    """How far the box of a mask reaches to the front and to the back [mm]."""
    ends = np.array(np.meshgrid(*[(0.0, n - 1.0) for n in mask.values.shape]))
    along = frame.local(mask.to_patient(ends.reshape(3, -1).T))[:, 1]
    return float(along.min()), float(along.max())


def _oval(edges: Points) -> Directions:
    """Lay a closed curve through points around the origin: its radius [mm].

    An ellipse is a second harmonic of 1 / radius squared, so low harmonics of that are
    fitted first, which round the curve off where it leaves the last slice; what the
    points deviate from them is then interpolated.
    """
    angle, radius = _polar(edges)
    size = float(np.median(radius))
    fitted = _fit(angle, radius, size)
    there, around = (_radius(_waves(a) @ fitted, size) for a in (angle, AROUND))
    return _averaged(around + _between(angle, radius - there))


def _like(edges: Points, rim: Directions) -> Directions:
    """Lay a closed curve of the shape of a rim through points: its radius [mm].

    Where a curve leaves the last slice, it stays as far from the rim as it was.
    """
    angle, radius = _polar(edges)
    there = np.interp(angle, *_periodic(AROUND, rim))
    return _averaged(rim + _between(angle, radius - there))


def _polar(edges: Points) -> tuple[np.ndarray, np.ndarray]:
    radius = np.hypot(edges[:, 0], edges[:, 1])
    return np.arctan2(edges[:, 0], edges[:, 1]), np.maximum(radius, 1.0)


def _between(
    angle: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"]
) -> Directions:
    """Interpolate values around the circle."""
    found: np.ndarray = np.interp(AROUND, *_periodic(angle, values))
    return found


def _fit(
    angle: Float[np.ndarray, " n"],
    radius: Float[np.ndarray, " n"],
    size: float,
) -> Float[np.ndarray, " waves"]:
    """Fit low harmonics to size squared / radius squared, errors counted in radius."""
    weight = (radius / size) ** 3
    numbers = np.arange(1, HARMONICS + 1)
    held = np.repeat(STIFFNESS * np.maximum(numbers - 2, 0.0) ** 2, 2)
    rows = _waves(angle) * weight[:, None]
    normal = rows.T @ rows + np.diag([0.0, *held]) * len(angle)
    fitted: np.ndarray = np.linalg.solve(
        normal, rows.T @ (weight * (size / radius) ** 2)
    )
    return fitted


def _waves(angle: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n waves"]:
    waves = [np.ones_like(angle)]
    for number in range(1, HARMONICS + 1):
        waves += [np.cos(number * angle), np.sin(number * angle)]
    return np.stack(waves, axis=1)


def _radius(inverse_square: Float[np.ndarray, " n"], size: float) -> np.ndarray:
    radius: np.ndarray = size / np.sqrt(np.maximum(inverse_square, 0.1))
    return radius


def _periodic(
    angle: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"]
) -> tuple[np.ndarray, np.ndarray]:
    """Values in order of their angle, repeated beyond both ends of the circle."""
    order = np.argsort(angle)
    angle, values = angle[order], values[order]
    turns = np.concatenate([angle - 2 * np.pi, angle, angle + 2 * np.pi])
    return turns, np.tile(values, 3)


def _averaged(radius: Directions) -> Directions:
    width = round(SMOOTHED_DEG / STEP_DEG)
    averaged: np.ndarray = ndimage.uniform_filter1d(radius, width, mode="wrap")
    return averaged


def _seen(found: Structure, frame: Frame, border: Directions) -> np.ndarray:
    """Directions in which the disc does not leave the scan."""
    seen = np.ones(len(ANGLES_DEG), bool)
    left = frame.local(found.points)[:, 0]
    place = border * np.sin(AROUND)
    if found.meets_edge(frame.left):
        seen &= place <= left.max()
    if found.meets_edge(-frame.left):
        seen &= place >= left.min()
    return seen
