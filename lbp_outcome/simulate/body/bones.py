"""The shape of vertebrae and sacrum, as formulas."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.limits import LENGTH, SHARE, require_within
from lbp_outcome.simulate.body.sizes import VertebraSize

Points = Float[np.ndarray, "..."]


@dataclass(frozen=True, eq=False, kw_only=True)
class Modic:
    """Change of the marrow beside an endplate, as seen on T1 and T2.

    Attributes:
        type: 1 (oedema), 2 (fat) or 3 (sclerosis).
        depth: How far it reaches from the endplate into the body [mm].
        share: Share of the endplate's area that it covers, 0 to 1.
        forward: Where its middle lies, from -1 (back) to 1 (front).
    """

    type: int
    depth: float
    share: float
    forward: float

    def __post_init__(self) -> None:
        require_within(self, type=(1, 3), depth=LENGTH, share=SHARE, forward=(-1, 1))


@dataclass(frozen=True, eq=False, kw_only=True)
class Pit:
    """A place where the disc has broken into an endplate: Schmorl node or rim defect.

    Attributes:
        right: Place of its middle to the right of the body's axis [mm].
        anterior: Place of its middle in front of the body's axis [mm].
        radius: Radius at its mouth [mm].
        depth: Depth below the endplate [mm].
    """

    right: float
    anterior: float
    radius: float
    depth: float

    def __post_init__(self) -> None:
        require_within(self, radius=(0.1, 30), depth=LENGTH)

    def below(self, right: Points, anterior: Points) -> Points:
        """Return how far the pit's floor lies below the endplate [mm]."""
        aside = (right - self.right) ** 2 + (anterior - self.anterior) ** 2
        floor: np.ndarray = self.depth * np.maximum(1 - aside / self.radius**2, 0) ** 2
        return floor


@dataclass(frozen=True, eq=False, kw_only=True)
class Endplate:
    """One endplate of a vertebral body, and what has become of it.

    Attributes:
        hollow: Depth of its hollow in the middle [mm].
        spur: Length of the osteophyte at the front rim [mm].
        side_spurs: Lengths of the osteophytes at the left and the right rim [mm].
        sclerosis: Density of the bone beneath it, 0 (normal) to 1 (ivory).
        modic: Change of the marrow beside it, or None.
        pits: Schmorl nodes and defects.
    """

    hollow: float = 0.0
    spur: float = 0.0
    side_spurs: tuple[float, float] = (0.0, 0.0)
    sclerosis: float = 0.0
    modic: Modic | None = None
    pits: tuple[Pit, ...] = ()

    def __post_init__(self) -> None:
        require_within(self, hollow=LENGTH, spur=LENGTH, sclerosis=SHARE)
        require_within(self, side_spurs=LENGTH)

    def sunk(self, right: Points, anterior: Points, dish: Points) -> Points:
        """Return how deep the endplate lies below the plane of its rim [mm].

        Args:
            right: Place to the right of the body's axis [mm].
            anterior: Place in front of it [mm].
            dish: Shape of the hollow: 1 in its middle, 0 at the rim.
        """
        depth: np.ndarray = self.hollow * dish
        for pit in self.pits:
            depth = depth + pit.below(right, anterior)
        return depth


@dataclass(frozen=True, eq=False, kw_only=True)
class VertebraShape:
    """One vertebra: a body with hollow endplates, and the size of its arch.

    Attributes:
        name: Which vertebra.
        number: Its count from the lowest presacral vertebra, which is 1.
        frame: Axes with their origin in the middle of the body.
        size: Lengths [mm] of this patient's vertebra, as deformed as it is.
        top: The upper endplate.
        bottom: The lower endplate.
        marrow_fat: Share of fat in the marrow, 0 to 1.
        fracture: Genant grade of a compression fracture, 0 to 3.
        fracture_kind: `wedge`, `biconcave` or `crush`; empty if there is none.
        height_loss: Share of its height that the fracture took where it took most.
        castellvi: Type of a transition to the sacrum, 1 to 4; 0 for none.
        lobes: How far both sides of its back reach beyond a plain oval, seen from above
            [mm]; the back is hollow between them.
        patches: Phases of the uneven mixture of red and yellow marrow [rad].
    """

    name: Vertebra
    number: int
    frame: Frame
    size: VertebraSize
    top: Endplate = Endplate()
    bottom: Endplate = Endplate()
    marrow_fat: float = 0.5
    fracture: int = 0
    fracture_kind: str = ""
    height_loss: float = 0.0
    castellvi: int = 0
    lobes: float = 0.0
    patches: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        require_within(self, marrow_fat=SHARE, fracture=(0, 3), castellvi=(0, 4))

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
        sunk = self.top.sunk(right, anterior, self._dish(right, anterior))
        surface: np.ndarray = self.half_height(anterior) - sunk
        return surface

    def lower_endplate(self, right: Points, anterior: Points) -> Points:
        """Return the height of the lower endplate in the body's axes [mm]."""
        sunk = self.bottom.sunk(right, anterior, self._dish(right, anterior))
        surface: np.ndarray = sunk - self.half_height(anterior)
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
class SacrumShape:
    """The sacrum below its first endplate: segments that taper and curve.

    Attributes:
        segments: S1 to S4 as bodies, from above.
        taper: Depth at the bottom of each segment as a share of that at its top.
    """

    segments: tuple[VertebraShape, ...]
    taper: float
