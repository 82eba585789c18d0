"""Names of the spine's parts: names inside, label numbers only at the border."""

from dataclasses import dataclass
from enum import StrEnum


class Vertebra(StrEnum):
    """A vertebra, listed from the head down; T13 and L6 occur in some people."""

    C1 = "C1"
    C2 = "C2"
    C3 = "C3"
    C4 = "C4"
    C5 = "C5"
    C6 = "C6"
    C7 = "C7"
    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"
    T5 = "T5"
    T6 = "T6"
    T7 = "T7"
    T8 = "T8"
    T9 = "T9"
    T10 = "T10"
    T11 = "T11"
    T12 = "T12"
    T13 = "T13"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"
    L5 = "L5"
    L6 = "L6"
    S1 = "S1"

    @property
    def order(self) -> int:
        """Position from the head down; a larger number lies lower."""
        return _ORDER[self]


_ORDER = {vertebra: index for index, vertebra in enumerate(Vertebra)}


@dataclass(frozen=True, slots=True)
class Disc:
    """The intervertebral disc between two neighbouring vertebrae.

    Raises:
        ValueError: `upper` does not lie above `lower`.
    """

    upper: Vertebra
    lower: Vertebra

    def __post_init__(self) -> None:
        if self.upper.order >= self.lower.order:
            raise ValueError(f"{self.upper} does not lie above {self.lower}.")

    @classmethod
    def parse(cls, text: str) -> "Disc":
        """Read a disc's name.

        >>> Disc.parse("L4-L5").lower
        <Vertebra.L5: 'L5'>

        Raises:
            ValueError: The text is not two vertebrae joined by a hyphen.
        """
        upper, _, lower = text.partition("-")
        return cls(Vertebra(upper), Vertebra(lower))

    def __str__(self) -> str:
        return f"{self.upper}-{self.lower}"

    def __lt__(self, other: "Disc") -> bool:
        """Discs sort from the head down."""
        return (self.upper.order, self.lower.order) < (
            other.upper.order,
            other.lower.order,
        )


LUMBAR_DISCS: tuple[Disc, ...] = tuple(
    Disc.parse(name) for name in ("T12-L1", "L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")
)
"""The six discs of a lumbar examination with the usual five lumbar vertebrae."""


class Side(StrEnum):
    """The patient's own left or right."""

    LEFT = "left"
    RIGHT = "right"


class Border(StrEnum):
    """The endplate above or below a disc."""

    ABOVE = "above"
    BELOW = "below"


class Muscle(StrEnum):
    """A muscle beside the lumbar spine.

    Some segmentations do not tell multifidus and erector spinae apart (deep back), or
    psoas and iliacus (iliopsoas).
    """

    MULTIFIDUS = "multifidus"
    ERECTOR_SPINAE = "erector_spinae"
    PSOAS = "psoas"
    QUADRATUS_LUMBORUM = "quadratus_lumborum"
    DEEP_BACK = "deep_back"
    ILIOPSOAS = "iliopsoas"


LUMBAR_MUSCLES: tuple[Muscle, ...] = tuple(Muscle)[:4]
"""The muscles that are reported at every lumbar disc."""


class Process(StrEnum):
    """A part of a vertebra behind its body."""

    ARCH = "arch"
    SPINOUS = "spinous"
    TRANSVERSE = "transverse"
    SUPERIOR_ARTICULAR = "superior_articular"
    INFERIOR_ARTICULAR = "inferior_articular"
