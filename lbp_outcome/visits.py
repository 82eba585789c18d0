"""When a patient is seen."""

BASELINE = "baseline"
VISITS = (BASELINE, "week_8", "month_12", "month_24")

_WORDS = {
    BASELINE: "before surgery",
    "week_8": "8 weeks after surgery",
    "month_12": "one year after surgery",
    "month_24": "two years after surgery",
}


def in_words(visit: str) -> str:
    """Return when a visit is, in words.

    >>> in_words("month_12")
    'one year after surgery'
    """
    return _WORDS[visit]
