"""Which Modic change T1 and T2 can show beside an endplate.

Modic's types are patterns of signal: a change that dense bone hides, or that lies in
marrow as fatty as itself, is none to a reader. The type that was drawn, seen or not, is
among the findings.
"""

import numpy as np
from jaxtyping import Float

from lbp_outcome.simulate.body.bones import Endplate, Modic
from lbp_outcome.simulate.paint.canvas import Look
from lbp_outcome.simulate.paint.marrow import (
    FAT_AT_ENDPLATES,
    FAT_REACH_MM,
    MODIC_DENSE,
    MODIC_SOFT_MM,
    MODIC_TISSUES,
    SCLEROSIS_MM,
)
from lbp_outcome.simulate.paint.tissues import (
    RED_MARROW,
    SCLEROSIS,
    T1,
    T2,
    YELLOW_MARROW,
)

SLAB_MM = (1.5, 6.5)
"""Marrow at these depths below the endplate is looked at, without the cortex [mm]."""

SEEN = 0.10
"""Change of the signal, as a share of the mid-body's, from which on it is seen. Healthy
marrow is grainy by as much. Ours, uncertain."""

LEAST_SHARE = 0.10
"""Share of the slab that must look changed. Ours, uncertain."""

TICKS = 21

Slab = Float[np.ndarray, "radius depth"]


def visible_modic_type(plate: Endplate, marrow_fat: float) -> int:
    """Return the type of a change that can be seen, 1 to 3, or 0.

    Before noise, and with the healthy marrow of the mid-body for comparison: type I is
    darker on T1 and not on T2, II brighter on T1 and not darker on T2, III darker on
    both.
    """
    modic = plate.modic
    if modic is None:
        return 0
    t1, t2 = (_contrast(plate, modic, marrow_fat, look) for look in (T1, T2))
    seen = {
        1: (t1 < -SEEN) & (t2 > 0),
        2: (t1 > SEEN) & (t2 > -SEEN / 2),
        3: (t1 < -SEEN) & (t2 < -SEEN),
    }[modic.type]
    return modic.type if modic.share * seen.mean() >= LEAST_SHARE else 0


def _contrast(plate: Endplate, modic: Modic, marrow_fat: float, look: Look) -> Slab:
    """Signal in the slab over the change, relative to that of the mid-body, less 1.

    Rows are rings of equal area around the middle of the change, columns are depths.
    """
    depth = np.linspace(*SLAB_MM, TICKS)
    area = (np.arange(TICKS)[:, None] + 0.5) / TICKS
    near = FAT_AT_ENDPLATES * np.maximum(1 - depth / FAT_REACH_MM, 0)
    own = _marrow(look, np.minimum(marrow_fat + near, 1.0))
    reach = modic.depth * (1 - area) ** 0.25
    changed = MODIC_DENSE * np.clip((reach - depth) / MODIC_SOFT_MM, 0, 1)
    signal = own + (look(MODIC_TISSUES[modic.type]) - own) * changed
    thinned = np.exp(-depth / SCLEROSIS_MM) * (depth < 2 * SCLEROSIS_MM)
    signal += (look(SCLEROSIS) - signal) * plate.sclerosis * thinned
    contrast: np.ndarray = signal / _marrow(look, np.array(marrow_fat)) - 1
    return contrast


def _marrow(
    look: Look, fat: Float[np.ndarray, "*shape"]
) -> Float[np.ndarray, "*shape"]:
    """Signal of marrow with a share of fat."""
    red, yellow = look(RED_MARROW), look(YELLOW_MARROW)
    return np.asarray(red + (yellow - red) * fat)
