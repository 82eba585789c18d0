"""The shape of facet joints."""

from dataclasses import dataclass, field

import numpy as np

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.limits import LENGTH, require_within

HALF_LENGTH = 7.5
"""Half the length of the joint line on an axial image [mm]."""

FRONT_THICKNESS, BACK_THICKNESS = 7.0, 8.0
"""Normal thickness of the upper and the lower joint process across the joint [mm]."""

FRONT_CUT = 1.2
"""How much of the front process is flattened: it lies along the recess [mm]."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FacetJoint:
    """One facet joint, between the joint processes of two neighbouring vertebrae.

    The process of the lower vertebra lies in front and to the side, that of the upper
    vertebra behind and towards the midline.

    Attributes:
        disc: The disc at its level.
        side: Left or right.
        angle: Its orientation on axial images: 0 sagittal, 90 coronal [deg].
        space: Width of the joint space, cartilage and fluid together [mm].
        fluid: Width of the fluid in it [mm]; 0 if dry.
        growth: Thickness of its processes relative to normal; 1 normal.
        number: Count of the upper vertebra from the lowest presacral one, which is 1.
        wall: Axes of the disc, with their origin in the midline on the back wall of the
            vertebra below.
        aside: Distance of the joint's middle from the midline [mm].
        behind: Distance of the joint's middle from the back wall [mm].
        recess: Distance of the front of the joint from the back wall [mm].
        canal: Half the width and half the depth of the bony canal [mm].
    """

    disc: Disc
    side: Side
    angle: float
    space: float
    fluid: float
    growth: float
    number: int = 1
    wall: Frame = field(default_factory=Frame.patient)
    aside: float = 17.0
    behind: float = 14.0
    recess: float = 5.0
    canal: tuple[float, float] = (12.5, 8.0)

    def __post_init__(self) -> None:
        require_within(self, angle=(0, 90), space=LENGTH, growth=(0.2, 5))
        require_within(self, fluid=(0, self.space))

    @property
    def outward(self) -> float:
        """-1 on the left, 1 on the right: the sign of positions to the right."""
        return -1.0 if self.side is Side.LEFT else 1.0

    @property
    def frame(self) -> Frame:
        """Axes of the joint: along it to the back, across it to the front, and up."""
        right, anterior, superior = self.wall.axes
        sine, cosine = np.sin(np.radians(self.angle)), np.cos(np.radians(self.angle))
        outward = self.outward * right
        along = sine * outward - cosine * anterior
        across = cosine * outward + sine * anterior
        middle = self.wall.at(right=self.outward * self.aside, anterior=-self.behind)
        return Frame(middle, np.array([along, across, superior]))

    @property
    def front_thickness(self) -> float:
        """Thickness of the process in front of the joint [mm]."""
        return FRONT_THICKNESS * self.growth

    @property
    def back_thickness(self) -> float:
        """Thickness of the process behind the joint [mm]."""
        return BACK_THICKNESS * self.growth


def place_behind(recess: float, angle: float, space: float, growth: float) -> float:
    """Return how far behind the back wall the middle of a joint lies [mm].

    Args:
        recess: Distance of the front of the joint from the back wall [mm].
        angle: Its orientation on axial images [deg].
        space: Width of the joint space [mm].
        growth: Thickness of its processes relative to normal.
    """
    sine, cosine = np.sin(np.radians(angle)), np.cos(np.radians(angle))
    front = np.hypot(HALF_LENGTH * cosine, FRONT_THICKNESS * growth * sine)
    return float(recess - FRONT_CUT + space / 2 * sine + front)
