"""TPTBox on the masks of one spine; run by `benchmarks.measure` in TPTBox's own Python.

Prints JSON: seconds of work after loading, peak memory, and what was found per label.
"""

import contextlib
import json
import sys
import tempfile
import time
from pathlib import Path

from TPTBox import NII
from TPTBox.spine.spinestats.measure_ivd_and_vertebra_geometry import (
    measure_ivd_and_vertebra_geometry as measure,
)


def main(vert, tissues, image):
    """Measure discs and bodies."""
    masks = [NII.load(path, True).reorient(("P", "I", "R")) for path in (vert, tissues)]
    t2 = NII.load(image, False).reorient(("P", "I", "R"))
    start = time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):
        discs = measure(t2, *masks, **_fresh(), structure_label=100)
        labels = _bodies(masks)
        bodies = measure(
            None, *masks, **_fresh(), structure_label=0, instance_labels=labels
        )
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text()
    memory = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    found = {str(label): values for label, values in {**discs, **bodies}.items()}
    print(json.dumps({"seconds": seconds, "mib": memory, "found": found}, default=str))


def _fresh():
    """A cache that is empty, so that nothing is taken from an earlier run."""
    return {"buffer_poi": Path(tempfile.mkdtemp()) / "poi.json"}


def _bodies(masks):
    return [int(label) for label in masks[0].unique() if label < 29 and label != 26]


if __name__ == "__main__":
    main(*sys.argv[1:])
