"""Degeneration on X-rays: what a disc shows, and the scales derived from it by table.

One scale per file, found by name in `SCALES`. Every grade follows from the same
components; which wording and which limits were used is kept beside it. No scale is
known to be that of a given hospital.
"""

from lbp_outcome.radiographs._height import height_loss_percent
from lbp_outcome.radiographs._level import Corner, RadiographLevel
from lbp_outcome.radiographs._rows import level_rows
from lbp_outcome.radiographs._scale import SCALES, Grade, Scale
from lbp_outcome.radiographs._slip import slip
from lbp_outcome.radiographs._tilt import cobb_deg

__all__ = [
    "SCALES",
    "Corner",
    "Grade",
    "RadiographLevel",
    "Scale",
    "cobb_deg",
    "height_loss_percent",
    "level_rows",
    "slip",
]
