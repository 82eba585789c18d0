"""One page about one MR examination: pictures, numbers, and why some are missing."""

from lbp_outcome.sheet.disc_view import DiscView, disc_view, draw_disc
from lbp_outcome.sheet.measurement_sheet import write_sheet

__all__ = ["DiscView", "disc_view", "draw_disc", "write_sheet"]
