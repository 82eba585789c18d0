"""How bright a tissue is in one kind of MR image."""

from dataclasses import dataclass, replace
from math import exp

from lbp_outcome.simulate.paint.tissue import Tissue


@dataclass(frozen=True, kw_only=True)
class SpinEcho:
    """A turbo spin echo; called with a tissue, it returns its brightness.

    Attributes:
        tesla: Field strength [T].
        repetition_ms: Repetition time [ms].
        echo_ms: Effective echo time [ms].
        gain: Factor of the receiver.
    """

    tesla: float
    repetition_ms: float
    echo_ms: float
    gain: float = 1.0

    def __call__(self, tissue: Tissue) -> float:
        """Return density (1 - exp(-TR/T1)) exp(-TE/T2)."""
        recovered = 1 - exp(-self.repetition_ms / tissue.t1(self.tesla))
        left = exp(-self.echo_ms / tissue.t2)
        return self.gain * tissue.density * recovered * left

    def relative_to(self, tissue: Tissue) -> "SpinEcho":
        """Return the sequence with the gain at which this tissue has brightness 1."""
        return replace(self, gain=self.gain / self(tissue))

    def about(self) -> dict[str, object]:
        """Return the sequence in terms of BIDS; times there are in seconds."""
        return {
            "MagneticFieldStrength": self.tesla,
            "RepetitionTime": round(self.repetition_ms / 1000, 6),
            "EchoTime": round(self.echo_ms / 1000, 6),
            "PulseSequenceType": "Turbo spin echo",
        }


@dataclass(frozen=True, kw_only=True)
class DixonHalf:
    """Water or fat of a two-point Dixon with little T1 weighting.

    Relaxation is left out, so that fat / (fat + water) is the share of fat protons.

    Attributes:
        tesla: Field strength [T].
        of_fat: Whether this is the fat image, else water.
    """

    tesla: float
    of_fat: bool

    def __call__(self, tissue: Tissue) -> float:
        """Return the density of the protons in fat, or of the others."""
        share = tissue.fat if self.of_fat else 1 - tissue.fat
        return tissue.density * share

    def about(self) -> dict[str, object]:
        """Return the sequence in terms of BIDS."""
        return {
            "MagneticFieldStrength": self.tesla,
            "PulseSequenceType": "Two-point Dixon",
            "ImageType": ["DERIVED", "FAT" if self.of_fat else "WATER"],
        }


Contrast = SpinEcho | DixonHalf
