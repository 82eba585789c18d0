"""Signal of a disc against the cerebrospinal fluid."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.canal import Sections, canal_sections
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.frame import Points, rough_frame
from lbp_outcome.geometry.plane import central
from lbp_outcome.image import Image
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._signal import eroded, is_clipped, peak_mean, signal_at
from lbp_outcome.phantoms import AnalyticSpine, Segment
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine, Structure
from lbp_outcome.units import Unit

INNER_SHARE = 0.6
"""Share of the disc's footprint that is looked at: the nucleus and around it."""

SLAB_MM = 10.0
"""Half the height of the piece of canal that serves as reference [mm]."""

GREY = AnalyticSpine(
    segments=(Segment(), Segment(height_mm=10.0), Segment()),
    tilt_deg=(10.0, 0.0, 4.0),
    signal=(("disc", 380.0), ("csf", 1000.0)),
)


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: signal ratio for the grades of "
    "doi:10.1097/00007632-200109010-00011",
    phantom=Example(
        anatomy=GREY, at=Place(disc=Disc.parse("L4-L5")), value=0.38, tolerance=0.02
    ),
)
def disc_csf_signal_ratio(spine: Spine, disc: Disc, t2: Image) -> float:
    """Typical T2 signal of the inner disc over that of the cerebrospinal fluid.

    Both are the mean around the most frequent value; the fluid is taken from the widest
    piece of the lumbar canal, without its outermost voxels and without the cord. Low
    values mean a dark, degenerated disc.

    Raises:
        NotMeasurable: The disc or the canal is not segmented, lies outside the image,
            or the fluid is clipped as in the public SPIDER images; the message then
            gives the upper bound.
    """
    if disc not in spine.discs:
        raise NotMeasurable(f"disc {disc} is not segmented")
    fluid = signal_at(t2, _fluid(spine), "the spinal canal")
    inner = signal_at(t2, _inner(spine, disc), f"disc {disc}")
    ratio = peak_mean(inner) / max(peak_mean(fluid), 1e-6)
    if is_clipped(t2, fluid):
        raise NotMeasurable(
            f"the image is clipped, so that the brightness of the cerebrospinal fluid "
            f"is not known; the ratio is at most {ratio:.2f}"
        )
    return ratio


def _inner(spine: Spine, disc: Disc) -> Points:
    """Voxels in the middle of the disc's footprint, the outermost layer left out."""
    found = spine.discs[disc]
    points = _places(found, eroded(found))
    if len(points) < 3:
        return points
    return central(points, disc_frame(spine, disc).superior, INNER_SHARE, found.mask)


def _fluid(spine: Spine) -> Points:
    """Voxels of the canal around its widest lumbar section, the cord left out."""
    sections = canal_sections(spine)
    assert spine.canal is not None  # or there would be no sections
    points = _places(spine.canal, eroded(spine.canal))
    widest = sections.centres[_widest(spine, sections)]
    near = np.abs((points - widest) @ rough_frame(spine).superior) <= SLAB_MM
    return _without_cord(points[near], spine.cord)


def _widest(spine: Spine, sections: Sections) -> int:
    """The complete section with the largest area, below the conus if that is known."""
    area: Float[np.ndarray, " n"] = np.where(sections.complete, sections.area_mm2, 0.0)
    if Vertebra.L2 in spine.vertebrae:
        frame, conus = rough_frame(spine), spine.vertebrae[Vertebra.L2].centroid
        below = (sections.centres - conus) @ frame.superior < 0
        area = np.where(below, area, 0.0) if (below & sections.complete).any() else area
    return int(area.argmax())


def _without_cord(points: Points, cord: Structure | None) -> Points:
    if cord is None:
        return points
    index = np.rint(cord.mask.to_index(points)).astype(int)
    within = ((index >= 0) & (index < cord.mask.values.shape)).all(axis=1)
    inside = np.zeros(len(points), bool)
    inside[within] = cord.mask.values[tuple(index[within].T)]
    return points[~inside]


def _places(structure: Structure, voxels: np.ndarray) -> Points:
    return structure.mask.to_patient(np.argwhere(voxels).astype(float))
