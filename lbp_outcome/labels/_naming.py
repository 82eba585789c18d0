"""From the numbers of a scheme to the names of vertebrae."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

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

    def disc_above(self, number: int) -> Disc | None:
        """Return the disc above a vertebra, or None above C1."""
        lower = self.names[number]
        above = [name for name in self._column if name.order < lower.order]
        return Disc(above[-1], lower) if above else None

    @property
    def _column(self) -> list[Vertebra]:
        return column(tuple(self.names.values()))


NameVertebrae = Callable[[Collection[int], Vertebra | None], Naming]
"""Names the vertebra numbers of a mask; the second argument is the lowest one as the
user states it, or None."""


def counted_upwards(
    numbers: Iterable[int],
    lowest: Vertebra | None,
    *,
    first: int,
    step: int,
    sacrum: int | None = None,
) -> Naming:
    """Name vertebrae by counting up from the lowest, which is L5 unless stated.

    Args:
        numbers: Vertebra numbers in the mask.
        lowest: Name stated for the lowest vertebra, or None for L5.
        first: Number of the lowest vertebra.
        step: What the numbers change by from one vertebra to the next one up.
        sacrum: Number of the sacrum, which is S1 and not counted, if there is one.

    Raises:
        InvalidChoice: There are more vertebrae than names above the lowest.
    """
    presacral = [number for number in numbers if number != sacrum]
    naming = _counted({n: (n - first) * step for n in presacral}, lowest, first)
    if sacrum is None or sacrum not in numbers:
        return naming
    return replace(naming, names={**naming.names, sacrum: Vertebra.S1})


def anatomical(table: Mapping[int, Vertebra]) -> NameVertebrae:
    """Return how to name vertebrae whose numbers are names, unless the user objects."""

    def name_vertebrae(numbers: Collection[int], lowest: Vertebra | None) -> Naming:
        if lowest is None:
            names = {number: table[number] for number in numbers}
            return Naming(names=names, numbering=Numbering.ANATOMICAL)
        return _renamed({number: table[number] for number in numbers}, lowest)

    return name_vertebrae


def without_vertebrae(scheme: str) -> NameVertebrae:
    """Return a refusal to name vertebrae, for schemes that have none."""

    def name_vertebrae(numbers: Collection[int], lowest: Vertebra | None) -> Naming:
        raise InvalidChoice(
            f"Scheme {scheme} shows muscles only; give a mask of the spine."
        )

    return name_vertebrae


def _renamed(names: Mapping[int, Vertebra], lowest: Vertebra) -> Naming:
    """Count anew from the lowest vertebra above the sacrum."""
    downwards = column(tuple(names.values()))
    presacral = {n: downwards.index(v) for n, v in names.items() if v != Vertebra.S1}
    first = max(presacral, key=lambda n: presacral[n], default=0)
    ranks = {n: presacral[first] - place for n, place in presacral.items()}
    naming = _counted(ranks, lowest, first)
    sacrum = {n: v for n, v in names.items() if v is Vertebra.S1}
    return replace(naming, names={**naming.names, **sacrum})


def _counted(ranks: Mapping[int, int], lowest: Vertebra | None, first: int) -> Naming:
    """Name vertebrae by how many lie between them and the lowest one."""
    bottom = lowest or Vertebra.L5
    upwards = column((bottom,))[::-1]
    upwards = upwards[upwards.index(bottom) :]
    if max(ranks.values(), default=0) >= len(upwards):
        top = max(ranks, key=lambda number: ranks[number])
        raise InvalidChoice(
            f"vertebra {top} would lie above C1 if vertebra {first} is {bottom}; state "
            f"the lowest vertebra (--lowest)"
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
