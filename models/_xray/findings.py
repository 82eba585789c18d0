"""What the networks read of one disc, and the limits between its ordinal classes."""

from dataclasses import dataclass

SPUR_LIMITS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)
SPUR_MOST = 7.0
SCLEROSIS_LIMITS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8)
LIMITS = 7


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One number that is read of one disc on one film.

    Attributes:
        kind: `osteophyte` [mm] or `sclerosis` (0 normal to 1).
        place: `front`, `right` or `left` of an osteophyte; empty for sclerosis.
        below: Whether it is at the endplate below the disc.
    """

    kind: str
    place: str = ""
    below: bool = False

    @property
    def limits(self) -> tuple[float, ...]:
        """Borders between its ordinal classes."""
        return SPUR_LIMITS if self.kind == "osteophyte" else SCLEROSIS_LIMITS

    @property
    def scale(self) -> tuple[float, ...]:
        """The same with the least and the largest value that can be."""
        return (0.0, *self.limits, SPUR_MOST if self.kind == "osteophyte" else 1.0)


def _pair(kind: str, place: str = "") -> tuple[Finding, Finding]:
    above, below = (Finding(kind=kind, place=place, below=b) for b in (False, True))
    return above, below


FINDINGS = {
    "lateral": (*_pair("osteophyte", "front"), *_pair("sclerosis")),
    "frontal": (
        *_pair("osteophyte", "right"),
        *_pair("osteophyte", "left"),
        *_pair("sclerosis"),
    ),
}
"""What is read on each film: always above the disc, then below."""
