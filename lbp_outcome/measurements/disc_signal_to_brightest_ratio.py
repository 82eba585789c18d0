"""Signal of a disc against the brightest disc of the same spine."""

from collections.abc import Iterator

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._disc_signal import (
    inner_signal,
    refuse_clipped_disc,
    shading_remark,
)
from lbp_outcome.measurements._first_order import median
from lbp_outcome.measurements._signal import require_not_black
from lbp_outcome.phantoms.patterned_discs import PATTERNED, RINGED
from lbp_outcome.phantoms.spine import SIGNAL
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit

FEWEST_DISCS = 3


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, for the black disc of doi:10.1007/s00586-023-07602-x",
    needs=("t2",),
    phantom=Example(
        anatomy=PATTERNED,
        at=Place(disc=PATTERNED.spine.discs[0]),
        value=SIGNAL["disc"] / RINGED.nucleus,
        tolerance=0.02,
    ),
)
def disc_signal_to_brightest_ratio(examination: Examination, disc: Disc) -> Remarked:
    """Median T2 signal of the inner disc over that of the brightest lumbar disc.

    Needs no fluid, so that it also serves where the fluid is clipped. 1 for the
    brightest disc, even where all are degenerated.

    Raises:
        NotMeasurable: The disc is not segmented or lies outside the image, the
            brightest disc is clipped or black, or fewer than three discs can be
            compared.
    """
    own = median(inner_signal(examination, disc))
    signals = dict(_seen(examination))
    if len(signals) < FEWEST_DISCS:
        raise NotMeasurable("fewer than three discs show their signal")
    brightest = max(signals, key=signals.__getitem__)
    refuse_clipped_disc(examination, brightest)
    assert examination.t2 is not None  # or there would be no signal
    require_not_black(examination.t2, signals[brightest], "even the brightest disc")
    return Remarked(own / signals[brightest], shading_remark(examination))


def _seen(examination: Examination) -> Iterator[tuple[Disc, float]]:
    for disc in examination.spine.levels:
        try:
            yield disc, median(inner_signal(examination, disc))
        except NotMeasurable:
            continue
