"""MRI measurements: one file each, found by name in `MEASUREMENTS`."""

from lbp_outcome.measurements._doubts import (
    doubts_in,
    separate_doubts,
    spine_doubts,
    with_doubts,
)
from lbp_outcome.measurements._files import measure_files, measure_mask
from lbp_outcome.measurements._muscle_norms import read_norms
from lbp_outcome.measurements._reasons import Reason, grouped_reasons
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
    "Reason",
    "SpineMeasurement",
    "as_table",
    "doubts_in",
    "grouped_reasons",
    "measure",
    "measure_files",
    "measure_mask",
    "measure_repeatedly",
    "measurement",
    "read_norms",
    "separate_doubts",
    "sources_of",
    "spine_doubts",
    "with_doubts",
    "write_measurements",
    "write_parquet",
]
