"""What one disc shows on the X-rays: the components that every scale is made of."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lbp_outcome.anatomy import Border
from lbp_outcome.errors import InvalidChoice, NotMeasurable


class Corner(StrEnum):
    """A corner of a vertebral body beside a disc: four on each of the two films."""

    FRONT_ABOVE = "front above"
    FRONT_BELOW = "front below"
    BACK_ABOVE = "back above"
    BACK_BELOW = "back below"
    LEFT_ABOVE = "left above"
    LEFT_BELOW = "left below"
    RIGHT_ABOVE = "right above"
    RIGHT_BELOW = "right below"


FRONT = (Corner.FRONT_ABOVE, Corner.FRONT_BELOW)


@dataclass(frozen=True, kw_only=True)
class RadiographLevel:
    """What one disc shows; what no film shows is left out, and never taken as sound.

    Attributes:
        height_loss_percent: How much lower the disc is than expected [%]; None if it
            could not be measured.
        osteophytes_mm: Length of the osteophyte at each corner that is seen [mm].
        sclerosis: Density of the bone beside the disc, 0 (normal) to 1 (ivory).
        slip_mm: How far the vertebra above has slipped forwards [mm], or None.
        slip_percent: The same as a share of the endplate below [%].

    Raises:
        InvalidChoice: A length is negative, a density is not between 0 and 1, or a
            number is not finite.
    """

    height_loss_percent: float | None = None
    osteophytes_mm: Mapping[Corner, float] = field(default_factory=dict)
    sclerosis: Mapping[Border, float] = field(default_factory=dict)
    slip_mm: float | None = None
    slip_percent: float | None = None

    def __post_init__(self) -> None:
        alone = (self.height_loss_percent, self.slip_mm, self.slip_percent)
        known = [number for number in alone if number is not None]
        several = (*self.osteophytes_mm.values(), *self.sclerosis.values())
        if not all(map(math.isfinite, (*known, *several))):
            raise InvalidChoice("an X-ray finding is not a finite number")
        if min(several, default=0) < 0 or max(self.sclerosis.values(), default=0) > 1:
            raise InvalidChoice(
                "an osteophyte is 0 mm long or longer, and sclerosis lies in 0 to 1"
            )

    @property
    def narrowing(self) -> float:
        """How much lower the disc is than expected [%]; 0 for a high one.

        Raises:
            NotMeasurable: Its height was not measured.
        """
        if self.height_loss_percent is None:
            raise NotMeasurable("the height of the disc was not measured")
        return max(self.height_loss_percent, 0.0)

    @property
    def longest_osteophyte(self) -> float:
        """Length of the longest osteophyte that is seen [mm].

        Raises:
            NotMeasurable: No corner is seen.
        """
        return self.longest_at(Corner)

    @property
    def densest(self) -> float:
        """Sclerosis on the denser side of the disc, 0 to 1.

        Raises:
            NotMeasurable: Neither side is seen.
        """
        if not self.sclerosis:
            raise NotMeasurable("sclerosis was not read")
        return max(self.sclerosis.values())

    def longest_at(self, corners: Iterable[Corner]) -> float:
        """Return the longest osteophyte at some of the corners [mm].

        Raises:
            NotMeasurable: None of them is seen.
        """
        seen = [
            length
            for corner in corners
            if (length := self.osteophytes_mm.get(corner)) is not None
        ]
        if not seen:
            raise NotMeasurable("no corner is seen at which an osteophyte could be")
        return max(seen)
