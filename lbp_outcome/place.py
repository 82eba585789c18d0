"""Where a measurement is taken."""

from dataclasses import dataclass

from lbp_outcome.anatomy import Border, Disc, Muscle, Side, Vertebra


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the spine a number is taken; all empty for the whole spine.

    Attributes:
        disc: At this disc.
        vertebra: On this vertebra.
        side: On this side.
        border: On the endplate above or below the disc.
        muscle: In this muscle.

    Raises:
        ValueError: Both a disc and a vertebra are given.
    """

    disc: Disc | None = None
    vertebra: Vertebra | None = None
    side: Side | None = None
    border: Border | None = None
    muscle: Muscle | None = None

    def __post_init__(self) -> None:
        if self.disc and self.vertebra:
            raise ValueError(f"A place is {self.disc} or {self.vertebra}, not both.")

    @property
    def level(self) -> Disc | Vertebra | None:
        """The disc or the vertebra."""
        return self.disc or self.vertebra

    @property
    def part(self) -> Border | Muscle | None:
        """The endplate or the muscle."""
        return self.border or self.muscle
