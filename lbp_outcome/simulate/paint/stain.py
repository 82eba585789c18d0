"""Mixing a tissue into what has been painted already."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from lbp_outcome.simulate.paint.canvas import Block, Canvas, Flat, Inside
from lbp_outcome.simulate.paint.tissue import Tissue


@dataclass(frozen=True, eq=False)
class Spots:
    """Some of the sample points of a block, as flat lists.

    Attributes:
        index: Their positions in the flattened canvas.
        right: Position along the structure's own axes [mm].
        anterior: As above.
        superior: As above.
    """

    index: Int[np.ndarray, " points"]
    right: Flat
    anterior: Flat
    superior: Flat

    def only(self, keep: np.ndarray) -> "Spots":
        """Return some of them."""
        return Spots(
            self.index[keep],
            self.right[keep],
            self.anterior[keep],
            self.superior[keep],
        )


def spots_in(canvas: Canvas, block: Block, inside: Inside) -> Spots:
    """Return the points of a block that lie inside something."""
    here = np.flatnonzero(inside)
    _, rows, columns = canvas.part.shape
    deep, high, wide = (place.start for place in block.place)
    line, column = np.divmod(here, inside.shape[2])
    sheet, row = np.divmod(line, inside.shape[1])
    index = ((sheet + deep) * rows + row + high) * columns + column + wide
    axes = (block.right, block.anterior, block.superior)
    return Spots(index, *(axis.reshape(-1)[here] for axis in axes))


def stain(canvas: Canvas, spots: Spots, tissue: Tissue, share: Flat) -> None:
    """Replace a share of what is painted at these points by a tissue."""
    for name, values in canvas.values.items():
        flat = values.reshape(-1)
        here = flat[spots.index]
        bright = np.float32(canvas.looks[name](tissue))
        flat[spots.index] = here + (bright - here) * share


def mix(
    canvas: Canvas,
    spots: Spots,
    tissues: tuple[Tissue, Tissue],
    share: Flat,
    covered: Flat | None = None,
) -> None:
    """Paint a mixture of two tissues; parts stay.

    Args:
        canvas: What is painted on.
        spots: Where.
        tissues: The two tissues.
        share: Share of the second one.
        covered: Share of the mixture in what is then there; all if not given.
    """
    for name, values in canvas.values.items():
        first, second = (np.float32(canvas.looks[name](item)) for item in tissues)
        flat, mixture = values.reshape(-1), first + (second - first) * share
        if covered is not None:
            here = flat[spots.index]
            mixture = here + (mixture - here) * covered
        flat[spots.index] = mixture


def label(canvas: Canvas, spots: Spots, part: int) -> None:
    """Give points to another structure."""
    canvas.part.reshape(-1)[spots.index] = part
