"""The shape of one patient's spine, as formulas: what exists before any image does."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.sizes import VertebraSize

Points = Float[np.ndarray, "..."]


@dataclass(frozen=True, eq=False, kw_only=True)
class VertebraShape:
    """One vertebra: a body with hollow endplates, and the size of its arch.

    Attributes:
        name: Which vertebra.
        frame: Axes with their origin in the middle of the body.
        size: Lengths [mm] of this patient's vertebra.
        hollow_above: Depth of the upper endplate's hollow [mm].
        hollow_below: Depth of the lower endplate's hollow [mm].
        spur_above: Length of the osteophyte at the upper front rim [mm].
        spur_below: Length of the osteophyte at the lower front rim [mm].
    """

    name: Vertebra
    frame: Frame
    size: VertebraSize
    hollow_above: float = 0.0
    hollow_below: float = 0.0
    spur_above: float = 0.0
    spur_below: float = 0.0

    @property
    def height(self) -> float:
        """Mean of front and back height [mm]."""
        return (self.size.front + self.size.back) / 2

    @property
    def half_wedge_deg(self) -> float:
        """Tilt of either endplate against the body's own axes [deg]."""
        rise = (self.size.front - self.size.back) / 2
        return float(np.degrees(np.arctan2(rise, self.size.depth)))

    def half_height(self, anterior: Points) -> Points:
        """Return half the height of the body from front to back, hollows aside [mm]."""
        slope = (self.size.front - self.size.back) / self.size.depth
        half: np.ndarray = (self.height + slope * anterior) / 2
        return half

    def upper_endplate(self, right: Points, anterior: Points) -> Points:
        """Return the height of the upper endplate in the body's axes [mm]."""
        hollow = self.hollow_above * self._dish(right, anterior)
        surface: np.ndarray = self.half_height(anterior) - hollow
        return surface

    def lower_endplate(self, right: Points, anterior: Points) -> Points:
        """Return the height of the lower endplate in the body's axes [mm]."""
        hollow = self.hollow_below * self._dish(right, anterior)
        surface: np.ndarray = hollow - self.half_height(anterior)
        return surface

    def corner(self, *, front: bool, top: bool) -> Float[np.ndarray, "3"]:
        """Return a corner of the body in the middle plane, in patient space [mm]."""
        anterior = self.size.depth / 2 * (1 if front else -1)
        height = float(self.half_height(np.array([anterior]))[0])
        return self.frame.at(anterior=anterior, superior=height if top else -height)

    def endplate_normal(self, *, top: bool) -> Float[np.ndarray, "3"]:
        """Return the unit normal of the plane through an endplate's rim, upwards."""
        tilt = np.radians(self.half_wedge_deg)
        forward = -np.sin(tilt) if top else np.sin(tilt)
        normal: np.ndarray = (
            np.cos(tilt) * self.frame.superior + forward * self.frame.anterior
        )
        return normal

    def _dish(self, right: Points, anterior: Points) -> Points:
        """1 in the middle of an endplate, 0 from its rim outwards."""
        across = (2 * right / self.size.width) ** 2
        along = (2 * anterior / self.size.depth) ** 2
        dish: np.ndarray = np.maximum(1 - across - along, 0)
        return dish


@dataclass(frozen=True, eq=False, kw_only=True)
class DiscShape:
    """One disc: whatever lies between two endplates, and how worn it is.

    Attributes:
        name: Which disc.
        frame: Axes halfway between the endplates.
        upper: The vertebra above.
        lower: The vertebra below.
        rim_height: Distance between the rims of the endplates in the middle [mm].
        grade: Pfirrmann grade, 1 to 5.
        bulge: How far the disc stands out behind the vertebrae [mm].
        signal_deviation: Relative deviation of its T2 signal from its grade's mean.
        slip: How far the vertebra above has slipped forward [mm].
    """

    name: Disc
    frame: Frame
    upper: VertebraShape
    lower: VertebraShape
    rim_height: float
    grade: int
    bulge: float
    signal_deviation: float
    slip: float


@dataclass(frozen=True, eq=False, kw_only=True)
class SacrumShape:
    """The sacrum below its first endplate: segments that taper and curve.

    Attributes:
        segments: S1 to S4 as bodies, from above.
        taper: Depth at the bottom of each segment as a share of that at its top.
    """

    segments: tuple[VertebraShape, ...]
    taper: float


@dataclass(frozen=True, eq=False, kw_only=True)
class SacShape:
    """The dural sac: a bent elliptical tube, tabulated along its centre line.

    Attributes:
        distance: Distance along the centre line from its upper end [mm].
        centre: Centre line [mm, patient space].
        upward: Unit tangent.
        rightward: Unit vector to the right across the tube.
        backward: Unit vector to the back across the tube.
        half_width: Half the width [mm].
        half_depth: Half the depth from front to back [mm].
    """

    distance: Float[np.ndarray, " steps"]
    centre: Float[np.ndarray, "steps 3"]
    upward: Float[np.ndarray, "steps 3"]
    rightward: Float[np.ndarray, "steps 3"]
    backward: Float[np.ndarray, "steps 3"]
    half_width: Float[np.ndarray, " steps"]
    half_depth: Float[np.ndarray, " steps"]

    @property
    def area(self) -> Float[np.ndarray, " steps"]:
        """Cross-section of the sac across its own axis [mm2]."""
        area: np.ndarray = np.pi * self.half_width * self.half_depth
        return area

    def nearest(self, point: Float[np.ndarray, "3"]) -> int:
        """Return the step whose centre lies closest to a point."""
        return int(np.argmin(np.linalg.norm(self.centre - point, axis=1)))


@dataclass(frozen=True, eq=False, kw_only=True)
class FatPad:
    """Posterior epidural fat behind the sac at one disc.

    Attributes:
        disc: At which disc.
        step: Where along the sac.
        thickness: Depth behind the sac [mm]; 0 where the fat is absent.
    """

    disc: Disc
    step: int
    thickness: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Nerves:
    """What floats in the sac.

    Attributes:
        conus_step: Where along the sac the spinal cord ends.
        stenosis_step: Where along the sac the operated level lies.
        slack: Amplitude of the roots' loops above the stenosis [mm]; 0 if straight.
        roots: For each root: its place across the sac (right, back; -1 to 1), and the
            phase of its loops [rad].
    """

    conus_step: int
    stenosis_step: int
    slack: float
    roots: Float[np.ndarray, "roots 3"]


@dataclass(frozen=True, eq=False, kw_only=True)
class SoftTissue:
    """Muscles and fat around the spine.

    Attributes:
        multifidus_fat: Fat share of the lower lumbar multifidus (left, right), 0 to 1.
        fat_above: Thickness of the fat under the skin at T12 [mm].
        fat_below: Thickness of the fat under the skin at L5 [mm].
        psoas: Scale of the psoas muscle, 1 = mean.
        streaks: Random waves of the fat streaks: wave vector [rad/mm] (right, back, up)
            and phase [rad].
        organs: Random organs in front: centre [mm] and half axes [mm].
    """

    multifidus_fat: tuple[float, float]
    fat_above: float
    fat_below: float
    psoas: float
    streaks: Float[np.ndarray, "waves 4"]
    organs: Float[np.ndarray, "organs 6"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Anatomy:
    """One simulated patient from the skin of the back to the front of the abdomen.

    Attributes:
        vertebrae: T9 to L5, from above.
        discs: T9-T10 to L5-S1, from above.
        sacrum: S1 and below.
        sac: The dural sac.
        nerves: Cord and roots in it.
        fat_pads: Posterior epidural fat at the lumbar discs.
        soft: Muscle and fat around.
        operated_level: The disc to be operated on.
    """

    vertebrae: tuple[VertebraShape, ...]
    discs: tuple[DiscShape, ...]
    sacrum: SacrumShape
    sac: SacShape
    nerves: Nerves
    fat_pads: tuple[FatPad, ...]
    soft: SoftTissue
    operated_level: Disc

    def disc(self, name: Disc) -> DiscShape:
        """Return the disc of this name."""
        return next(disc for disc in self.discs if disc.name == name)

    def vertebra(self, name: Vertebra) -> VertebraShape:
        """Return the vertebra of this name."""
        return next(shape for shape in self.vertebrae if shape.name == name)
