"""What was measured: a number with its unit, or the reason why there is none."""

import math
from dataclasses import dataclass

from lbp_outcome.anatomy import Border, Disc, Muscle, Side, Vertebra
from lbp_outcome.units import Unit


@dataclass(frozen=True, slots=True)
class Remarked:
    """A number with a remark for the reader.

    Attributes:
        value: The number.
        remark: What a reader should know beside it.
    """

    value: float
    remark: str

    def __float__(self) -> float:
        return float(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One number taken from one scan, or the reason why it could not be taken.

    Attributes:
        name: Name of the measurement on its shelf.
        value: The number, or None when it could not be measured.
        unit: Unit of `value`.
        level: Disc or vertebra it belongs to; None for the whole spine.
        side: Left or right; None where the measurement has no side.
        part: The endplate above or below the disc, or the muscle; None otherwise.
        reason: Why `value` is None; empty otherwise.
        remark: What a reader should know beside the number, such as the end vertebrae
            of a curve; empty for most.
        repeatability: Standard deviation of the value when the outlines of the
            segmentation move by half a voxel; None where nobody asked for it.
        doubt: Why the number, or the name of its level, may be wrong; empty where
            nothing speaks against it. Several reasons are joined by ` | `.
        naming: What the name of its level rests on, such as `anatomical`; empty where
            there is no number.

    Raises:
        ValueError: Both or neither of value and reason are given, or the value is
            not a finite number.
    """

    name: str
    value: float | None
    unit: Unit
    level: Disc | Vertebra | None = None
    side: Side | None = None
    part: Border | Muscle | None = None
    reason: str = ""
    remark: str = ""
    repeatability: float | None = None
    doubt: str = ""
    naming: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.reason):
            raise ValueError(
                f"{self.name}: give a value or a reason why there is none, not "
                f"value={self.value!r} and reason={self.reason!r}."
            )
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.name}: {self.value} is not a finite number.")

    def __str__(self) -> str:
        """Read like a line of a report: `disc_height_mm L4-L5: 8.1 mm`."""
        where = " ".join(
            str(part) for part in (self.level, self.part, self.side) if part
        )
        shown = self.reason if self.value is None else self.unit.shown(self.value)
        return f"{self.name} {where}".rstrip() + f": {shown}"
