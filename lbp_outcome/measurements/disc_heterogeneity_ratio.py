"""Unevenness of a disc's signal."""

from lbp_outcome.anatomy import Disc
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._disc_signal import inner_signal, refuse_clipped_disc
from lbp_outcome.measurements._first_order import interquartile_range, median
from lbp_outcome.measurements._signal import require_not_black
from lbp_outcome.phantoms.patterned_discs import FAN, PATTERNED
from lbp_outcome.place import Place
from lbp_outcome.units import Unit


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: interquartile range over median, for the grades of "
    "doi:10.1097/00007632-200109010-00011",
    needs=("t2",),
    phantom=Example(
        anatomy=PATTERNED, at=Place(disc=FAN.disc), value=FAN.iqr_ratio, tolerance=0.02
    ),
)
def disc_heterogeneity_ratio(examination: Examination, disc: Disc) -> float:
    """Interquartile range of the inner disc's T2 signal over its median.

    0 for a perfectly even disc. Noise counts as well: a dark disc in a noisy scan comes
    out uneven, so compare discs of like scans only.

    Raises:
        NotMeasurable: The disc is not segmented, lies outside the image, is clipped or
            is black.
    """
    signal = inner_signal(examination, disc)
    refuse_clipped_disc(examination, disc)
    usual = median(signal)
    assert examination.t2 is not None  # or the disc would have no signal
    require_not_black(examination.t2, usual, f"disc {disc}")
    return interquartile_range(signal) / usual
