"""The shape of what lies in the spinal canal: sac, fat, nerves and their ways out."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.simulate.body.limits import LENGTH, require_within


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
        excess_fat: Whether too much epidural fat (lipomatosis) takes up the canal.
    """

    distance: Float[np.ndarray, " steps"]
    centre: Float[np.ndarray, "steps 3"]
    upward: Float[np.ndarray, "steps 3"]
    rightward: Float[np.ndarray, "steps 3"]
    backward: Float[np.ndarray, "steps 3"]
    half_width: Float[np.ndarray, " steps"]
    half_depth: Float[np.ndarray, " steps"]
    excess_fat: bool = False

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
        flavum: Thickness of the yellow ligament beside it [mm].
        half_height: How far the fat reaches above and below the disc [mm].
    """

    disc: Disc
    step: int
    thickness: float
    flavum: float = 3.5
    half_height: float = 9.0

    def __post_init__(self) -> None:
        require_within(self, thickness=LENGTH, flavum=LENGTH, half_height=LENGTH)


@dataclass(frozen=True, eq=False, kw_only=True)
class NervePassage:
    """The way of one nerve root out of the canal at one disc and side.

    Attributes:
        disc: At which disc.
        side: Left or right.
        recess_depth: Depth of the lateral recess, from the back wall of the body to the
            joint [mm]; below 3 to 4 is narrow.
        foraminal_grade: Narrowing of the foramen (Lee 2010): 0 none, 1 fat gone in two
            directions, 2 in four, 3 root squeezed.
    """

    disc: Disc
    side: Side
    recess_depth: float
    foraminal_grade: int

    def __post_init__(self) -> None:
        require_within(self, recess_depth=LENGTH, foraminal_grade=(0, 3))


@dataclass(frozen=True, eq=False, kw_only=True)
class Nerves:
    """What floats in the sac.

    Attributes:
        conus_step: Where along the sac the spinal cord ends.
        stenosis_step: Where along the sac the operated level lies.
        slack: Amplitude of the roots' loops above the stenosis [mm]; 0 if straight.
        roots: For each root: place along the crescent at the back of the sac when it
            leaves (-1 left to 1 right), its depth (share of the sac's radius), phase of
            its loops [rad], and where along the sac it leaves [mm].
    """

    conus_step: int
    stenosis_step: int
    slack: float
    roots: Float[np.ndarray, "roots 4"]


def is_lumbar(name: Disc) -> bool:
    """Whether a disc lies above a lumbar vertebra or the sacrum: T12-L1 to L5-S1."""
    return name.lower.startswith(("L", "S"))
