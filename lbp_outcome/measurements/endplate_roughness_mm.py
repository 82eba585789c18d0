"""Roughness of an endplate."""

import numpy as np

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.geometry.endplate_relief import endplate_relief
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._subendplate import beside
from lbp_outcome.phantoms.endplates import WORN
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome, for the endplate defects of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=WORN,
        at=Place(disc=Disc.parse("L3-L4"), border=Border.BELOW),
        value=WORN.plates[3].ridge_mm[0] / np.sqrt(2),
        tolerance=0.14,
    ),
)
def endplate_roughness_mm(spine: Spine, disc: Disc, border: Border) -> float:
    """Root mean square distance of an endplate from the smooth surface through it [mm].

    Defects count as well. The grain of the voxels alone gives 0.1 to 0.2 mm; structures
    finer than 2 mm are averaged away.

    Raises:
        NotMeasurable: The body is not segmented, or this end of it not visible.
    """
    depth = endplate_relief(spine, *beside(disc, border)).depth
    return float(np.sqrt(np.mean(depth**2)))
