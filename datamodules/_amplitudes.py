"""How much training crops are changed: as much as another examination would differ."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Amplitudes:
    """The largest changes; each is drawn evenly between none and both directions.

    Lengths are in millimetres, so that finer crops are moved no less. The values are
    our choice, not measured: about how well a disc's frame is known, and how unlike
    two coils are.

    Attributes:
        rotation_deg: Turn about the patient's left, posterior and superior axis [deg].
        shift_mm: Shift along the same axes [mm].
        scaling: Relative change of size.
        elastic_mm: Smooth local displacement along each axis [mm].
        bias: Coefficient of the smooth intensity field, relative to 1.
        gain: Relative change of all intensities of an image.
        noise: SD of the added noise, where the image's 95th percentile is 1.
    """

    rotation_deg: tuple[float, float, float] = (3.0, 0.0, 0.0)
    shift_mm: tuple[float, float, float] = (1.0, 1.5, 1.5)
    scaling: float = 0.03
    elastic_mm: float = 1.0
    bias: float = 0.1
    gain: float = 0.1
    noise: float = 0.03


NOTHING = Amplitudes(
    rotation_deg=(0.0, 0.0, 0.0),
    shift_mm=(0.0, 0.0, 0.0),
    scaling=0.0,
    elastic_mm=0.0,
    bias=0.0,
    gain=0.0,
    noise=0.0,
)
"""No change at all."""

USUAL = Amplitudes()
"""What training uses."""
