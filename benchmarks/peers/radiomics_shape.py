"""PyRadiomics on the masks of one spine, in its own Python: shape and first order.

Prints JSON: seconds of work after loading, peak memory, and the volume per label.
"""

import json
import logging
import sys
import time
from pathlib import Path

import SimpleITK
from radiomics import featureextractor

logging.getLogger("radiomics").setLevel(logging.ERROR)


def main(vert, _tissues, image):
    """Measure every vertebra and disc."""
    mask, t2 = SimpleITK.ReadImage(vert), SimpleITK.ReadImage(image)
    labels = sorted({*SimpleITK.GetArrayFromImage(mask).ravel().tolist()} - {0})
    start = time.perf_counter()
    extractor = featureextractor.RadiomicsFeatureExtractor()
    extractor.disableAllFeatures()
    extractor.enableFeatureClassByName("shape")
    extractor.enableFeatureClassByName("firstorder")
    found = {}
    for label in [label for label in labels if label < 200]:
        values = extractor.execute(t2, mask, label=int(label))
        found[str(label)] = {
            "volume_voxel": float(values["original_shape_VoxelVolume"])
        }
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text()
    memory = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps({"seconds": seconds, "mib": memory, "found": found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
