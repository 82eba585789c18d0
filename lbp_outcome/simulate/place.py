"""Where in the anatomy a signal can be planted."""

from dataclasses import dataclass

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import InvalidChoice, UnknownName

MUSCLES = ("multifidus", "erector", "psoas", "quadratus")
STRUCTURES = (*MUSCLES, "disc", "body", "sac", "fat_pad")

_DISCS = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")
_BODIES = ("L1", "L2", "L3", "L4", "L5")
_USUAL = {"disc": "L4-L5", "sac": "L4-L5", "body": "L4"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """One structure, whole or at one level.

    Attributes:
        structure: One of `STRUCTURES`.
        level: A vertebral body, or the disc beside the structure; None for all of a
            muscle or fat pad.
    """

    structure: str
    level: Vertebra | Disc | None = None

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Read a place: a structure, or `<structure>:<level>`.

        >>> str(Place.parse("multifidus")), str(Place.parse("disc"))
        ('multifidus', 'disc:L4-L5')

        Raises:
            UnknownName: There is no such structure.
            InvalidChoice: The structure has no such level.
        """
        structure, _, level = text.partition(":")
        if structure not in STRUCTURES:
            raise UnknownName("structure", structure, STRUCTURES)
        level = level or _USUAL.get(structure, "")
        levels = _BODIES if structure == "body" else _DISCS
        if level and level not in levels:
            raise InvalidChoice(
                f"{text!r}: no level {level!r} of {structure}; "
                f"choose one of {', '.join(levels)}"
            )
        return cls(structure=structure, level=_level(level))

    def __str__(self) -> str:
        return f"{self.structure}:{self.level}" if self.level else self.structure


def _level(name: str) -> Vertebra | Disc | None:
    if "-" in name:
        return Disc.parse(name)
    return Vertebra(name) if name else None
