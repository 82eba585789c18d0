"""Analytic spines whose measurements are known exactly.

A phantom is built from the bottom upwards: every disc is the space between two flat
endplates, every vertebra a block standing on a disc, the canal a tube behind them. It
exists in patient millimetres and can be drawn on any grid of voxels.
"""

from lbp_outcome.phantoms.grid import grid_around
from lbp_outcome.phantoms.phantom import Drawing, Phantom, examined
from lbp_outcome.phantoms.spine import AnalyticSpine, Segment

__all__ = ["AnalyticSpine", "Drawing", "Phantom", "Segment", "examined", "grid_around"]
