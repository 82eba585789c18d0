"""The shelf of measurements, and how one is put on it."""

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from lbp_outcome.anatomy import LUMBAR_MUSCLES, Border, Side
from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.phantoms import Phantom
from lbp_outcome.place import Place
from lbp_outcome.records import Measurement, Remarked
from lbp_outcome.reference_range import ReferenceRange
from lbp_outcome.registry import Shelf
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

WHERE = ("disc", "vertebra", "border", "muscle", "side")
"""Parameters of a measurement's function that say where it is taken."""

ABSENT = {
    "t2": "no T2 image was given",
    "t1": "no T1 image was given",
    "axial": "no axial T2 image was given",
    "muscles": "no segmentation of the muscles was given",
    "person": "age and sex were not given",
}
"""Parameters that a patient may not have, and the reason recorded then."""


EVERYWHERE = Place()
"""The place of what is measured once per spine."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A phantom and the value that a right implementation finds on it.

    Attributes:
        anatomy: The phantom.
        value: The exact value.
        tolerance: How far voxels of 0.8 mm may lead away from it.
        at: Where it is measured; empty for the whole spine.
    """

    anatomy: Phantom
    value: float
    tolerance: float
    at: Place = EVERYWHERE


@dataclass(frozen=True, kw_only=True)
class SpineMeasurement:
    """A number taken from an examination, at every place of one kind.

    Attributes:
        name: Name on the shelf.
        unit: Unit of its values.
        reference: Where the method is described.
        phantom: A phantom and the value a right implementation finds on it.
        function: Takes the parameters it names: where (`disc`, `vertebra`, `border`,
            `muscle`, `side`), and from what (`spine`, `t2`, `t1`, `axial`, `muscles`,
            `person`, or the whole `examination`). Returns the number, with a remark if
            need be; raises `NotMeasurable` with the reason when there is none.
        needs: What else must be given, for a function that takes the examination.
        normal: Values that are usual in people without complaints, or None.
    """

    name: str
    unit: Unit
    reference: str
    phantom: Example
    function: Callable[..., float | Remarked]
    needs: tuple[str, ...] = ()
    normal: ReferenceRange | None = None

    @property
    def summary(self) -> str:
        """What it is, in one sentence."""
        text = (self.function.__doc__ or "").strip().partition("\n\n")[0]
        return " ".join(text.split())

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of what its function takes."""
        return tuple(inspect.signature(self.function).parameters)

    @cached_property
    def where(self) -> tuple[str, ...]:
        """At what it is taken, such as `("disc", "side")`; nothing for the spine."""
        return tuple(name for name in WHERE if name in self.parameters)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """What it needs beside the segmented spine, such as `("t2",)`."""
        return tuple(n for n in ABSENT if n in (*self.parameters, *self.needs))

    def places(self, spine: Spine) -> Iterator[Place]:
        """Every place where it is taken in a spine of this numbering."""
        choices: dict[str, tuple[Any, ...]] = {
            "disc": spine.levels,
            "vertebra": tuple(disc.upper for disc in spine.levels),
            "border": tuple(Border),
            "muscle": LUMBAR_MUSCLES,
            "side": tuple(Side),
        }
        for found in product(*(choices[name] for name in self.where)):
            yield Place(**dict(zip(self.where, found, strict=True)))

    def value(self, examination: Examination, place: Place) -> float:
        """Return the number.

        Raises:
            NotMeasurable: The scan does not allow it; the message says why.
            InvalidChoice: The place does not say all that is needed.
        """
        return float(self._take(examination, place))

    def _take(self, examination: Examination, place: Place) -> float | Remarked:
        for name in self.sources:
            if not getattr(examination, name):
                raise NotMeasurable(ABSENT[name])
        given = {n: self._given(n, examination, place) for n in self.parameters}
        return self.function(**given)

    def _given(self, name: str, examination: Examination, place: Place) -> object:
        if name == "examination":
            return examination
        if name not in WHERE:
            return getattr(examination, name)
        found = getattr(place, name)
        if found is None:
            raise InvalidChoice(f"{self.name} is measured at a {name}; none was named.")
        return found

    def __call__(self, examination: Examination, place: Place) -> Measurement:
        """Measure, turning "cannot be measured" into a recorded reason."""
        found, reason = None, ""
        try:
            found = self._take(examination, place)
        except NotMeasurable as refusal:
            reason = str(refusal)
        return Measurement(
            name=self.name,
            value=None if found is None else float(found),
            unit=self.unit,
            level=place.level,
            side=place.side,
            part=place.part,
            reason=reason,
            remark=found.remark if isinstance(found, Remarked) else "",
        )


MEASUREMENTS: Shelf[SpineMeasurement] = Shelf("measurement", "lbp_outcome.measurements")


def measurement(
    *,
    unit: Unit,
    reference: str,
    phantom: Example,
    needs: tuple[str, ...] = (),
    normal: ReferenceRange | None = None,
) -> Callable[[Callable[..., float | Remarked]], SpineMeasurement]:
    """Put the decorated function on the shelf under its own name.

    The function's parameters say where it is taken and what it needs: one that takes
    `spine, disc, side, t2` is taken at every disc on both sides, from the T2 image.
    """

    def register(function: Callable[..., float | Remarked]) -> SpineMeasurement:
        return MEASUREMENTS.add(
            SpineMeasurement(
                name=function.__name__,
                unit=unit,
                reference=reference,
                phantom=phantom,
                function=function,
                needs=needs,
                normal=normal,
            )
        )

    return register


def measure(
    examination: Examination, names: Collection[str] | None = None
) -> tuple[Measurement, ...]:
    """Take measurements at every place that the spine's numbering has.

    A measurement that cannot be taken is in the list as well, with the reason.

    Args:
        examination: What to measure.
        names: Measurements to take; all by default.
    """
    items = [MEASUREMENTS[name] for name in (MEASUREMENTS if names is None else names)]
    return tuple(
        item(examination, place)
        for item in items
        for place in item.places(examination.spine)
    )


def sources_of(names: Iterable[str]) -> frozenset[str]:
    """Return what some measurements need beside the spine, such as `{"t2"}`."""
    return frozenset(source for n in names for source in MEASUREMENTS[n].sources)
