"""The grade of a forward slip, by quarters of the endplate below."""

PRESENT_MM, PRESENT_PERCENT = 3.0, 5.0
"""A slip counts from either on."""

QUARTERS = (25.0, 50.0, 75.0)
"""From these on a slip has the second, third and fourth grade [%]."""

OFF = 100.0
"""Beyond this the vertebra has lost all support: the fifth grade [%]."""


def slip_grade(slip_mm: float, percent: float) -> int:
    """Return the grade: 0 for no slip forwards, 1 to 4 by quarters, 5 beyond.

    >>> [slip_grade(10.0, percent) for percent in (24.9, 25.0, 75.0, 100.0, 100.1)]
    [1, 2, 4, 4, 5]
    """
    if slip_mm < PRESENT_MM and percent < PRESENT_PERCENT:
        return 0
    return 1 + sum(percent >= limit for limit in QUARTERS) + (percent > OFF)
