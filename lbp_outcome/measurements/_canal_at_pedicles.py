"""The canal between the pedicles: what it measures where no disc narrows it."""

from collections.abc import Callable

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine


def beside_disc(
    spine: Spine, disc: Disc, at_pedicles: Callable[..., float | Remarked]
) -> float:
    """Return the mean over the vertebrae above and below the disc.

    The sacrum does not count, where the dural sac tapers; one vertebra is enough.

    Raises:
        NotMeasurable: The canal is measurable behind neither vertebra.
    """
    found, refusals = [], []
    for vertebra in (disc.upper, disc.lower):
        if vertebra is Vertebra.S1:
            continue
        try:
            found.append(float(at_pedicles(spine, vertebra)))
        except NotMeasurable as refusal:
            refusals.append(str(refusal))
    if not found:
        raise NotMeasurable("; ".join(dict.fromkeys(refusals)))
    return sum(found) / len(found)
