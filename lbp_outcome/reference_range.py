"""What is usual in people without complaints, and who says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lbp_outcome.anatomy import Disc, Vertebra


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRange:
    """The range of a measurement that is usual in a named reference group.

    A value outside is unusual in that group; it is neither a diagnosis nor a cause.

    Attributes:
        source: Who was measured, and where it is published.
        low: Lower end; None if only large values are unusual.
        high: Upper end; None if only small values are unusual.
        by_level: Both ends at single levels, by the level's name.
        uncertain: Whether the numbers are remembered or proposed, not looked up.

    Raises:
        ValueError: No end is given at all.
    """

    source: str
    low: float | None = None
    high: float | None = None
    by_level: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    uncertain: bool = False

    def __post_init__(self) -> None:
        if self.low is None and self.high is None and not self.by_level:
            raise ValueError("A reference range needs at least one end.")

    def at(self, level: Disc | Vertebra | None) -> tuple[float | None, float | None]:
        """Return both ends at a level; None where there is no such end."""
        return self.by_level.get(str(level), (self.low, self.high))

    def is_usual(self, value: float, level: Disc | Vertebra | None = None) -> bool:
        """Whether a value lies within the range.

        >>> ReferenceRange(source="example", high=4.0).is_usual(3.2)
        True
        """
        low, high = self.at(level)
        return (low is None or value >= low) and (high is None or value <= high)
