"""Spines of an impossible size, as a wrong spacing in the header makes them."""

from collections.abc import Iterable
from statistics import median

from lbp_outcome.records import Measurement

ADULT_MM = {
    "body_depth_mm": (23.0, 46.0),
    "body_width_mm": (30.0, 66.0),
    "body_height_posterior_mm": (18.0, 37.0),
    "disc_depth_mm": (23.0, 50.0),
    "disc_width_mm": (32.0, 72.0),
}
"""Least and largest size of the usual lumbar body or disc of an adult [mm]. Computed
tomography of adults in New Zealand gave at L5, as mean and SD, a depth of 33.5 and 3.1
and a posterior height of 26.3 and 1.9 (ijssurgery.com/highwire/markup/11003, table 6);
depths and heights reach three SD to either side. Widths, and discs, are set by hand
around 12 real masks: bodies 36 to 56 wide, discs 33 to 37 by 44 to 53. No false alarm
in 27 real and simulated masks; every spacing of a half or the double is found there, a
factor between 0.75 and 1.4 mostly not: people differ as much."""

WORDS = {
    "body_depth_mm": "vertebral bodies are {:.0f} mm deep",
    "body_width_mm": "vertebral bodies are {:.0f} mm wide",
    "body_height_posterior_mm": "vertebral bodies are {:.0f} mm tall",
    "disc_depth_mm": "discs are {:.0f} mm deep",
    "disc_width_mm": "discs are {:.0f} mm wide",
}


def size_doubt(measurements: Iterable[Measurement]) -> str:
    """Return which sizes are those of no adult, or an empty text.

    The median over the levels counts, so that one collapsed vertebra is no reason.
    """
    found = tuple(measurements)
    odd = [_odd(name, found) for name in ADULT_MM]
    said = ", ".join(filter(None, odd))
    if not said:
        return ""
    return (
        f"the {said}: as in no adult; the header's spacing is probably wrong, or the "
        f"patient is a child; compare the header with the scanner's"
    )


def _odd(name: str, found: tuple[Measurement, ...]) -> str:
    values = [m.value for m in found if m.name == name and m.value is not None]
    low, high = ADULT_MM[name]
    if not values or low <= median(values) <= high:
        return ""
    return f"{WORDS[name].format(median(values))} (adults: {low:.0f} to {high:.0f})"
