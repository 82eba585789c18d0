"""MRI measurements: one file each, found by name in `MEASUREMENTS`."""

from lbp_outcome.measurements._files import measure_files, measure_mask
from lbp_outcome.measurements._image_doubts import with_image_doubts
from lbp_outcome.measurements._muscle_norms import read_norms
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
    "read_norms",
    "sources_of",
    "with_image_doubts",
    "write_measurements",
    "write_parquet",
]
