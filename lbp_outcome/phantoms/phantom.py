"""What every phantom can do, and how a drawing becomes an examination."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from lbp_outcome.examination import Examination, MuscleScan
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.phantoms.shapes import Points

Drawing = Mapping[str, Image]
"""Images on one grid by what they are: `mask` always, and `semantic`, `t2`, `t1`,
`axial`, `muscles` (numbered as MuscleMap does), `water` and `fat` as needed."""


@runtime_checkable
class Phantom(Protocol):
    """A body made of simple shapes, whose measurements are known exactly.

    Attributes:
        scheme: Label scheme of its masks.
    """

    @property
    def scheme(self) -> str:
        """Label scheme of its masks."""
        ...

    def extent(self) -> Points:
        """Return patient positions that enclose it [mm]."""
        ...

    def draw(self, grid: Image) -> Drawing:
        """Draw its masks, and images if it has any, on a grid of voxels."""
        ...


def examined(drawing: Drawing, scheme: str) -> Examination:
    """Return the examination that a drawing shows."""
    spine = LABEL_SCHEMES[scheme].read(
        drawing["mask"], semantic=drawing.get("semantic")
    )
    axial = drawing.get("axial")
    return Examination(
        spine=spine,
        t2=drawing.get("t2"),
        t1=drawing.get("t1"),
        axial=() if axial is None else (axial,),
        muscles=_muscles(drawing),
    )


def _muscles(drawing: Drawing) -> tuple[MuscleScan, ...]:
    if "muscles" not in drawing:
        return ()
    found = LABEL_SCHEMES["musclemap"].read_muscles(drawing["muscles"])
    scan = MuscleScan(
        muscles=found,
        image=drawing.get("axial"),
        water=drawing.get("water"),
        fat=drawing.get("fat"),
    )
    return (scan,)
