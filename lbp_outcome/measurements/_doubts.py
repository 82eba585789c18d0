"""What speaks against the numbers of an examination, written beside each of them."""

import logging
from collections.abc import Iterable
from dataclasses import replace

from lbp_outcome.examination import Examination
from lbp_outcome.geometry.sacrum import numbering_doubt
from lbp_outcome.measurements._image_doubts import image_doubts
from lbp_outcome.measurements._shelf import MEASUREMENTS
from lbp_outcome.measurements._size_doubts import size_doubt
from lbp_outcome.patient_files import PatientFiles
from lbp_outcome.records import Measurement
from lbp_outcome.spine import Spine

log = logging.getLogger(__name__)

SEPARATOR = " | "
"""Between several doubts about one number; no message holds it."""


def with_doubts(
    measurements: Iterable[Measurement], examination: Examination, files: PatientFiles
) -> tuple[Measurement, ...]:
    """Write beside every number what speaks against it, and warn of it once.

    Doubts about the mask, its header or the names of the levels stand beside all
    numbers; doubts about an image beside those taken from it.
    """
    found, spine = tuple(measurements), examination.spine
    of_images, size = image_doubts(found, examination), size_doubt(found)
    for doubt in filter(None, (spine.doubt, numbering_doubt(spine), size)):
        log.warning("%s: %s", files.name, doubt)  # remarks were told when it was read
    for source, doubt in of_images.items():
        path = {"t2": files.t2, "t1": files.t1}.get(source)
        log.warning("%s: %s", path.name if path else files.name, doubt)
    of_all = (*spine_doubts(spine), *filter(None, [size]))
    return tuple(_marked(item, of_all, of_images, spine.naming) for item in found)


def spine_doubts(spine: Spine) -> tuple[str, ...]:
    """Return what speaks against the segmentation, its header and its names."""
    said = (spine.doubt, numbering_doubt(spine), *spine.remarks)
    return tuple(filter(None, said))


def doubts_in(measurements: Iterable[Measurement]) -> tuple[str, ...]:
    """Return every doubt that stands beside some number, once."""
    return separate_doubts(item.doubt for item in measurements)


def separate_doubts(texts: Iterable[str | None]) -> tuple[str, ...]:
    """Return the single doubts of a table's column, once each.

    >>> separate_doubts(["a | b", "a", "", None])
    ('a', 'b')
    """
    single = (one for text in texts if text for one in text.split(SEPARATOR))
    return tuple(dict.fromkeys(single))


def _marked(
    item: Measurement, of_all: tuple[str, ...], of_images: dict[str, str], naming: str
) -> Measurement:
    if item.value is None:
        return item
    sources = MEASUREMENTS[item.name].sources
    own = (of_images[source] for source in sources if source in of_images)
    return replace(item, doubt=SEPARATOR.join((*of_all, *own)), naming=naming)
