"""Images that no network should learn from, refused with a name for what is wrong."""

from collections.abc import Iterator

import numpy as np

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.view import PatientImages


def require_sound(images: PatientImages) -> PatientImages:
    """Return a patient's level crops and lateral film as they are, if they can be used.

    Raises:
        InvalidChoice: One of them holds NaN or is of one value throughout; the message
            says which level and which image.
    """
    for name, values in _named(images):
        if not np.isfinite(values).all():
            raise InvalidChoice(
                f"A {name} holds NaN or infinite values; read it again."
            )
        if values.size and values.min() == values.max():
            raise InvalidChoice(
                f"A {name} is of one value throughout; leave it out as absent."
            )
    return images


def _named(images: PatientImages) -> Iterator[tuple[str, np.ndarray]]:
    for level, crop in images.levels.items():
        yield f"T2 crop of {level}", crop.values
        if crop.t1 is not None:
            yield f"T1 crop of {level}", crop.t1
    if images.radiograph is not None:
        yield "lateral X-ray", images.radiograph
