"""MRI measurements: one file each, found by name in `MEASUREMENTS`."""

from lbp_outcome.measurements._files import measure_mask, write_measurements
from lbp_outcome.measurements._shelf import (
    ABSENT,
    MEASUREMENTS,
    Example,
    SpineMeasurement,
    measure,
    measurement,
)

__all__ = [
    "ABSENT",
    "MEASUREMENTS",
    "Example",
    "SpineMeasurement",
    "measure",
    "measure_mask",
    "measurement",
    "write_measurements",
]
