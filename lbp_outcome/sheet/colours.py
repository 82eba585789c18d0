"""Colours that people with any colour vision tell apart on a grey image."""

from typing import Any

from matplotlib.patheffects import withStroke

UPPER = "#56b4e9"
"""The endplate above a disc, the vertebrae."""

LOWER = "#f0e442"
"""The endplate below a disc."""

DISC = "#e69f00"
CANAL = "#009e73"

INK, SOFT, LINE, PALE = "#1c2733", "#5b6875", "#d9dfe5", "#f4f6f8"
UNUSUAL, UNUSUAL_PALE = "#8a3b00", "#fff0e0"
"""Values outside the usual range; an arrow says the same without colour."""

SHADED: dict[str, Any] = {
    "path_effects": [withStroke(linewidth=1.6, foreground="black")]
}
"""White letters with this are read on bright and on dark tissue."""
