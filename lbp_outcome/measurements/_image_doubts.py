"""Images that are not what they were given as, told by what was measured on them."""

from collections.abc import Iterable
from statistics import median

import numpy as np

from lbp_outcome.examination import Examination
from lbp_outcome.image import Image
from lbp_outcome.records import Measurement

MOST_ON_T2, LEAST_ON_T1 = 1.0, 0.8
"""Marrow is darker than fluid on T2 and brighter on T1: signal of the bodies over that
of the fluid behind L3."""

DIXON_FAT, MOST_FAT_PERCENT = "muscle_fat_dixon_percent", 60.0
"""Psoas among them, the muscles of nobody are fat by more than half."""

FEWEST_GREYS = 16
"""An image with fewer grey values than this is a mask, or empty."""

Doubts = dict[str, str]
"""Why an image is doubted, by its name in an examination."""


def image_doubts(
    measurements: Iterable[Measurement], examination: Examination
) -> Doubts:
    """Return why a T2, T1 or Dixon image does not seem to be one."""
    found = tuple(measurements)
    ratio = {item.name: item.value for item in found if item.level is None}
    on_t2, on_t1 = ratio.get("vbq_t2_ratio"), ratio.get("vbq_t1_ratio")
    doubts = {}
    if on_t2 is not None and on_t2 > MOST_ON_T2:
        doubts["t2"] = (
            "the fluid is darker than the vertebrae on the T2 image, as on T1: check "
            "that it is a T2 image"
        )
    if on_t1 is not None and on_t1 < LEAST_ON_T1:
        doubts["t1"] = (
            "the fluid is brighter than the vertebrae on the T1 image, as on T2: check "
            "that it is a T1 image"
        )
    fat = [m.value for m in found if m.name == DIXON_FAT and m.value is not None]
    if fat and median(fat) > MOST_FAT_PERCENT:
        doubts["muscles"] = (
            f"half of all muscles hold more than {median(fat):.0f} % fat: check that "
            f"the water and the fat image were not exchanged"
        )
    for name, image in (("t2", examination.t2), ("t1", examination.t1)):
        if image is not None and (greys := _greys(image)) < FEWEST_GREYS:
            doubts[name] = (
                f"the {name.upper()} image has only {greys} grey values, like a mask "
                f"or an empty image: check that it is the scan"
            )
    return doubts


def _greys(image: Image) -> int:
    """Number of different values in a part of the image."""
    return len(np.unique(image.values[::3, ::3, ::3]))
