"""What can be compared between MR images of different origin."""

import numpy as np

from lbp_outcome.cohort.scans import Scan


def image_traits(scan: Scan) -> dict[str, float]:
    """Return voxel size [mm], brightness and contrast of the crops of an MR image."""
    traits = {}
    if scan.spacing_mm:
        traits["t2_finest_voxel_mm"] = scan.spacing_mm[0]
        traits["t2_coarsest_voxel_mm"] = scan.spacing_mm[-1]
    crops = [crop.values for crop in scan.images.levels.values()]
    if crops:
        values = np.concatenate([crop.ravel() for crop in crops])
        traits["t2_mean_brightness"] = float(values.mean())
        traits["t2_contrast"] = float(values.std())
    return traits
