"""The shelf of measurements, and how one is put on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.image import Image
from lbp_outcome.phantoms import AnalyticSpine
from lbp_outcome.records import Measurement
from lbp_outcome.registry import Shelf
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

Per = Literal["disc", "spine"]


@dataclass(frozen=True, kw_only=True)
class Example:
    """An analytic spine and the value that a right implementation finds on it.

    Attributes:
        anatomy: The spine.
        value: The exact value.
        tolerance: How far voxels of 0.8 mm may lead away from it.
        disc: Where it is measured; None for the whole spine.
    """

    anatomy: AnalyticSpine
    value: float
    tolerance: float
    disc: Disc | None = None


@dataclass(frozen=True, kw_only=True)
class SpineMeasurement:
    """A number taken from a segmented spine, once per disc or once per spine.

    Attributes:
        name: Name on the shelf.
        unit: Unit of its values.
        reference: Where the method is described.
        phantom: An analytic spine and the value a right implementation finds on it.
        per: Whether it is taken at every disc or once.
        needs_t2: Whether it reads the T2 image.
        function: Takes the spine, then the disc, then the T2 image, as needed; raises
            `NotMeasurable` with the reason when there is no value.
    """

    name: str
    unit: Unit
    reference: str
    phantom: Example
    per: Per
    needs_t2: bool
    function: Callable[..., float]

    @property
    def summary(self) -> str:
        """What it is, in one sentence."""
        return (self.function.__doc__ or "").strip().splitlines()[0]

    def value(self, spine: Spine, disc: Disc | None, t2: Image | None) -> float:
        """Return the number.

        Raises:
            NotMeasurable: The scan does not allow it; the message says why.
            InvalidChoice: A disc is missing where one is needed.
        """
        if self.per == "disc" and disc is None:
            raise InvalidChoice(f"{self.name} is measured at a disc; none was named.")
        if self.needs_t2 and t2 is None:
            raise NotMeasurable("no T2 image was given")
        wanted = (disc if self.per == "disc" else None, t2 if self.needs_t2 else None)
        needed = [part for part in wanted if part is not None]
        return float(self.function(spine, *needed))

    def __call__(
        self, spine: Spine, disc: Disc | None = None, t2: Image | None = None
    ) -> Measurement:
        """Measure, turning "cannot be measured" into a recorded reason."""
        level = disc if self.per == "disc" else None
        value, reason = None, ""
        try:
            value = self.value(spine, disc, t2)
        except NotMeasurable as refusal:
            reason = str(refusal)
        return Measurement(
            name=self.name, value=value, unit=self.unit, level=level, reason=reason
        )


MEASUREMENTS: Shelf[SpineMeasurement] = Shelf("measurement", "lbp_outcome.measurements")


def measurement(
    *,
    unit: Unit,
    reference: str,
    phantom: Example,
    per: Per = "disc",
    needs_t2: bool = False,
) -> Callable[[Callable[..., float]], SpineMeasurement]:
    """Put the decorated function on the shelf under its own name."""

    def register(function: Callable[..., float]) -> SpineMeasurement:
        return MEASUREMENTS.add(
            SpineMeasurement(
                name=function.__name__,
                unit=unit,
                reference=reference,
                phantom=phantom,
                per=per,
                needs_t2=needs_t2,
                function=function,
            )
        )

    return register


def measure(spine: Spine, t2: Image | None = None) -> tuple[Measurement, ...]:
    """Take every measurement at every lumbar disc that the spine's numbering has.

    A measurement that cannot be taken is in the list as well, with the reason.
    """
    return tuple(
        item(spine, disc, t2)
        for item in MEASUREMENTS.values()
        for disc in (spine.levels if item.per == "disc" else (None,))
    )
