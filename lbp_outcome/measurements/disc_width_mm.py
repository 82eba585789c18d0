"""Width of a disc."""

import numpy as np

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.cut import PIXEL_MM, Cut
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.disc_section import HALF_FIELD_MM
from lbp_outcome.geometry.profile import profiles
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements.disc_height_mm import TILTED
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.MILLIMETRE,
    reference="lbp-outcome: outline half way between the endplates, prolonged beyond "
    "the last slice",
    phantom=Example(
        anatomy=TILTED,
        at=Place(disc=Disc.parse("L4-L5")),
        value=TILTED.body_mm[0],
        tolerance=0.8,
    ),
)
def disc_width_mm(spine: Spine, disc: Disc) -> float:
    """Width of the disc from left to right, half way between the endplates [mm].

    Where sagittal slices are thick the disc ends between two of them; its outline is
    prolonged there as an oval, which leaves an error of about half a slice.

    Raises:
        NotMeasurable: The disc or an endplate beside it is not segmented, or the scan
            does not show all of its width.
    """
    frame = disc_frame(spine, disc)
    if disc not in spine.discs:
        raise NotMeasurable(f"disc {disc} is not segmented")
    found = spine.discs[disc]
    if found.meets_edge(frame.left) or found.meets_edge(-frame.left):
        raise NotMeasurable(f"disc {disc} is cut off by the edge of the scan")
    mask, centre, up = found.continued(), frame.origin[None], frame.superior[None]
    cut = Cut.square_to(up, centre, mask, frame.posterior, HALF_FIELD_MM)
    chords = cut.sample(mask).sum(axis=2) * PIXEL_MM
    if not chords.any():
        raise NotMeasurable(f"too little of disc {disc} is segmented")
    return float(np.max(profiles(chords, cut.apart_mm).width_mm))
