"""What is seen in a lateral radiograph: a coarse grid, or a small network's finds."""

from jaxtyping import Float
from torch import Tensor, nn

from models._fusion.layers import layers, pooled

GRID = (16, 12)
"""Cells (row, column) of the coarse grid: some 3 cm wide in a film of the lumbar spine.

Small enough for a regression from 160 patients, and nothing in it needs training.
"""

FILM_MAPS = (8, 16, 16, 32)
"""Feature maps after each layer of the small network."""

Film = Float[Tensor, "patient 1 row column"]


class FilmGrid(nn.Module):
    """The mean brightness of each cell of a coarse grid."""

    size = GRID[0] * GRID[1]

    def forward(self, film: Film) -> Float[Tensor, "patient cell"]:
        """Return the cells row by row."""
        return nn.functional.adaptive_avg_pool2d(film, GRID).flatten(1)


class FilmNetwork(nn.Module):
    """A small 2-D network, trained from scratch."""

    size = 2 * FILM_MAPS[-1]

    def __init__(self) -> None:
        super().__init__()
        self.features = layers(2, (1, *FILM_MAPS), [(2, 2)] * len(FILM_MAPS))

    def forward(self, film: Film) -> Float[Tensor, "patient feature"]:
        """Return how much of each feature there is, and whether anywhere."""
        return pooled(self.features(film))
