"""MRI measurements: one file each, found by name in `MEASUREMENTS`."""

from lbp_outcome.measurements._files import measure_files, measure_mask
from lbp_outcome.measurements._repeatability import measure_repeatedly
from lbp_outcome.measurements._shelf import (
    ABSENT,
    MEASUREMENTS,
    Example,
    SpineMeasurement,
    measure,
    measurement,
    sources_of,
)
from lbp_outcome.measurements._table import (
    as_table,
    write_measurements,
    write_parquet,
)

__all__ = [
    "ABSENT",
    "MEASUREMENTS",
    "Example",
    "SpineMeasurement",
    "as_table",
    "measure",
    "measure_files",
    "measure_mask",
    "measure_repeatedly",
    "measurement",
    "sources_of",
    "write_measurements",
    "write_parquet",
]
