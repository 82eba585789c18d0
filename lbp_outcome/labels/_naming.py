"""From the numbers of a scheme to the names of vertebrae."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import InvalidChoice, suggestion
from lbp_outcome.spine import Numbering, column


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Names for the vertebra numbers of a mask, and what they rest on.

    Attributes:
        names: Name of each vertebra number.
        numbering: Whether the names are anatomical.
        assumption: What the names rest on; empty when they are anatomical.
    """

    names: Mapping[int, Vertebra]
    numbering: Numbering
    assumption: str = ""

    def disc_below(self, number: int) -> Disc | None:
        """Return the disc below a vertebra, or None below the sacrum."""
        upper = self.names[number]
        below = [name for name in self._column if name.order > upper.order]
        return Disc(upper, below[0]) if below else None

    @property
    def _column(self) -> list[Vertebra]:
        return column(tuple(self.names.values()))


def counted_upwards(
    numbers: Iterable[int], lowest: Vertebra | None, *, first: int, step: int
) -> Naming:
    """Name vertebrae by counting up from the lowest, which is L5 unless stated.

    Args:
        numbers: Vertebra numbers in the mask.
        lowest: Name stated for the lowest vertebra, or None for L5.
        first: Number of the lowest vertebra.
        step: What the numbers change by from one vertebra to the next one up.

    Raises:
        InvalidChoice: There are more vertebrae than names above the lowest.
    """
    bottom = lowest or Vertebra.L5
    upwards = column((bottom,))[::-1]
    upwards = upwards[upwards.index(bottom) :]
    ranks = {number: (number - first) * step for number in numbers}
    if max(ranks.values(), default=0) >= len(upwards):
        top = max(ranks, key=lambda number: ranks[number])
        raise InvalidChoice(
            f"vertebra {top} would lie above C1 if vertebra {first} is {bottom}; state "
            f"the lowest vertebra (lowest)"
        )
    return Naming(
        names={number: upwards[rank] for number, rank in ranks.items()},
        numbering=Numbering.RELATIVE_FROM_BOTTOM,
        assumption=f"the lowest vertebra (label {first}) is "
        f"{'stated' if lowest else 'assumed'} to be {bottom}",
    )


def vertebra(name: Vertebra | str) -> Vertebra:
    """Read the name of a vertebra.

    Raises:
        InvalidChoice: There is no such vertebra.
    """
    try:
        return Vertebra(str(name).upper())
    except ValueError:
        hint = suggestion(str(name), Vertebra)
        raise InvalidChoice(f"No vertebra is named {name!r}.{hint}") from None
