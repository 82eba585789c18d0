"""Spinal cord and cauda equina of one patient."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.neural import Nerves, SacShape
from lbp_outcome.simulate.people.patients import Patients

CONUS_COUNTS, CONUS_SHARES = (6, 5, 4), (0.2, 0.6, 0.2)
"""Where the cord ends, as count from the lowest vertebra: behind T12, L1 or L2."""

LUMBAR_PAIRS, SACRAL_PAIRS = 5, 5
"""Pairs that leave through the foramina, each as front and back root, and pairs that
run to the end of the sac."""

EXIT_ABOVE_MM, BEYOND_MM = 14.0, 90.0
"""A root leaves the sac this far above the disc at which it passes its foramen; the
lowest would leave beyond its end."""


def float_nerves(
    patient: Patients,
    sac: SacShape,
    vertebrae: tuple[VertebraShape, ...],
    discs: tuple[DiscShape, ...],
    rng: np.random.Generator,
) -> Nerves:
    """Return cord and roots; redundant roots loop above the operated level."""
    count = int(rng.choice(CONUS_COUNTS, p=CONUS_SHARES))
    conus = next(bone for bone in vertebrae if bone.number == count)
    ends = conus.frame.at(superior=rng.uniform(-0.4, 0.4) * conus.height)
    level = next(disc for disc in discs if disc.name == patient.level_of(0))
    slack = rng.uniform(1.8, 2.8) * patient.redundant_roots[0]
    return Nerves(
        conus_step=sac.nearest(ends),
        stenosis_step=sac.nearest(level.frame.origin),
        slack=float(slack),
        roots=_order_roots(sac, discs, rng),
    )


def _order_roots(
    sac: SacShape, discs: tuple[DiscShape, ...], rng: np.random.Generator
) -> Float[np.ndarray, "roots 4"]:
    """Let the roots leave in turn, the outermost first; they sink to the back.

    The patient lies, and those for the sacrum run innermost.
    """
    at_discs = [sac.distance[sac.nearest(disc.frame.origin)] for disc in discs]
    lumbar = [along - EXIT_ABOVE_MM for along in at_discs[-LUMBAR_PAIRS:]]
    sacral = sac.distance[-1] + np.linspace(0, BEYOND_MM, SACRAL_PAIRS)
    exits = [*np.repeat(lumbar, 2), *sacral]
    roots = [
        (side, rng.uniform(0.38, 0.90), rng.uniform(0, 2 * np.pi), leaves)
        for leaves in exits
        for side in (-1.0, 1.0)
    ]
    places = np.array(roots)
    places[:, 0] *= rng.uniform(0.85, 1.05, len(places))
    return places
