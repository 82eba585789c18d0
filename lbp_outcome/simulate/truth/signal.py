"""What is true of how bright the discs are, before noise and coil."""

from collections.abc import Collection, Iterator

from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.paint.canvas import Look
from lbp_outcome.simulate.paint.tissues import FLUID, nucleus
from lbp_outcome.simulate.truth.value import true_value

BLACK = 0.40
"""A disc darker than this share of the fluid is called black."""


def of_signal(
    disc: DiscShape, discs: Collection[DiscShape], t2: Look
) -> Iterator[Measurement]:
    """Yield what is true of a disc's signal: that of its nucleus.

    Args:
        disc: The disc.
        discs: All lumbar discs that the scan shows.
        t2: How bright tissues are on the T2 images.
    """
    own, brightest = _signal(disc, t2), max(_signal(one, t2) for one in discs)
    ratio = own / t2(FLUID)
    yield true_value("disc_csf_signal_ratio", ratio, disc.name)
    yield true_value("disc_signal_to_brightest_ratio", own / brightest, disc.name)
    yield true_value("black_disc_proxy_grade", ratio < BLACK, disc.name)
    yield true_value("pfirrmann_proxy_grade", disc.grade, disc.name)


def _signal(disc: DiscShape, t2: Look) -> float:
    return t2(nucleus(disc.grade, disc.signal_deviation))
