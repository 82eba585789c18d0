"""The grade of a collapsed vertebral body, by the height it has lost."""

MILD, MODERATE, SEVERE = 20.0, 25.0, 40.0
"""A body is mildly collapsed from the first on, moderately beyond the second, severely
beyond the third [%]."""


def collapse_grade(lost_percent: float) -> int:
    """Return 0 (none), 1 (mild), 2 (moderate) or 3 (severe).

    >>> [collapse_grade(lost) for lost in (19.9, 20.0, 25.0, 25.1, 40.0, 40.1)]
    [0, 1, 1, 2, 2, 3]
    """
    return (lost_percent >= MILD) + (lost_percent > MODERATE) + (lost_percent > SEVERE)
