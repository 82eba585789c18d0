"""One MR examination: the segmented spine, its images and its muscles."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from lbp_outcome.anatomy import Muscle, Side
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.image import Image
from lbp_outcome.spine import Spine, Structure

OLDEST = 120.0
"""Nobody is older [a]."""

BMI = (8.0, 100.0)
"""No adult's body mass index lies outside [kg/m2]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What reference values depend on.

    Attributes:
        age: Age [a].
        male: Whether the person is a man.
        bmi: Body mass index [kg/m2], or None.

    Raises:
        InvalidChoice: Age or body mass index are those of nobody, as in other units.
    """

    age: float
    male: bool
    bmi: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.age <= OLDEST:
            raise InvalidChoice(f"age {self.age:g} cannot be; give years")
        if self.bmi is not None and not BMI[0] <= self.bmi <= BMI[1]:
            raise InvalidChoice(f"body mass index {self.bmi:g} cannot be; give kg/m2")


@dataclass(frozen=True, eq=False, kw_only=True)
class MuscleScan:
    """Segmented muscles, and the images they were segmented on.

    Attributes:
        muscles: Each muscle of each side; its mask covers the fat between its fibres.
        image: The T1 or T2 image, or None.
        weighting: What `image` is.
        water: Water image of a Dixon series, or None.
        fat: Fat image of a Dixon series, or None.
    """

    muscles: Mapping[tuple[Muscle, Side], Structure]
    image: Image | None = None
    weighting: Literal["T1", "T2"] = "T2"
    water: Image | None = None
    fat: Image | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Examination:
    """One MR examination of one patient; all images share the patient's space.

    Attributes:
        spine: The segmented spine.
        t2: Sagittal T2 image, or None.
        t1: Sagittal T1 image, or None.
        axial: Axial T2 images, one for each stack.
        muscles: Segmented muscles, one entry for each series they were segmented on.
        person: Age, sex and body mass index, or None.
        norms: Table of reference values to compare the person with (CSV), or None for
            the one built in, which is made up and says so.
    """

    spine: Spine
    t2: Image | None = None
    t1: Image | None = None
    axial: tuple[Image, ...] = ()
    muscles: tuple[MuscleScan, ...] = ()
    person: Person | None = None
    norms: Path | None = None

    @cached_property
    def memory(self) -> dict[Any, Any]:
        """What was already worked out for this examination (see `geometry.once`)."""
        return {}
