"""A simulated lateral X-ray: line integrals of attenuation through the same spine."""

import numpy as np
from jaxtyping import Float, UInt8
from scipy.ndimage import gaussian_filter

from lbp_outcome.simulate.body.shapes import Anatomy
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.everything import paint_bones
from lbp_outcome.simulate.paint.tissues import MUSCLE
from lbp_outcome.simulate.scan.shadows import WATER_PER_MM, Film, Plane, cast_shadows

PIXEL_MM = 0.7
ROWS, COLUMNS = 440, 310
SLAB_MM, SLABS = 2.0, 46
"""The spine is cut into slabs along the beam."""

FRONT_SHIFT_MM, DOWN_SHIFT_MM = 8.0, 25.0
"""The film is centred this far in front of and below L3."""

PHOTONS = 4.0e5
"""Photons per pixel before the patient."""

BLUR_PIXELS = 0.6
LOCAL_MM = 32.0
"""Scale above which the detector's processing evens out brightness."""

SHADOW_KEPT, EDGE_GAIN = 0.25, 0.5
"""Share of large-scale brightness that it leaves, and how much it sharpens."""


def expose(
    anatomy: Anatomy, rng: np.random.Generator
) -> UInt8[np.ndarray, "row column"]:
    """Return the lateral film: bones bright, rows downwards, columns to the back.

    Parallel beams from left to right pass the bones and discs of the MR images; trunk,
    pelvis, ribs and bowel gas are plain shapes.
    """
    affine = film_affine(anatomy)
    canvas = Canvas(affine, (COLUMNS, ROWS, SLABS), ("hounsfield",), sheets=1)
    values = canvas.values["hounsfield"]
    values[:] = MUSCLE.hounsfield
    paint_bones(canvas, anatomy)
    extra = (values - np.float32(MUSCLE.hounsfield)).sum(axis=0)
    spine = extra * np.float32(SLAB_MM * WATER_PER_MM / 1000)
    absorption = spine + cast_shadows(anatomy, _plane(affine), rng)
    return _developed(_detected(absorption, rng))


def film_affine(anatomy: Anatomy) -> Float[np.ndarray, "4 4"]:
    """Return where the film lies: maps (column, row, slab) to the patient [mm]."""
    affine = np.zeros((4, 4))
    affine[1, 0] = affine[2, 1] = -PIXEL_MM
    affine[0, 2], affine[3, 3] = SLAB_MM, 1.0
    half = affine[:3, :3] @ ((np.array([COLUMNS, ROWS, SLABS]) - 1) / 2)
    shift = np.array([0.0, FRONT_SHIFT_MM, -DOWN_SHIFT_MM])
    affine[:3, 3] = anatomy.vertebrae[-3].frame.origin + shift - half
    return affine


def _plane(affine: Float[np.ndarray, "4 4"]) -> Plane:
    column, row = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS))
    depth = affine[1, 3] + affine[1, 0] * column
    height = affine[2, 3] + affine[2, 1] * row
    return Plane(depth.astype(np.float32), height.astype(np.float32))


def _detected(absorption: Film, rng: np.random.Generator) -> Film:
    """Absorption as a detector measures it: few photons, slightly blurred."""
    counts = rng.poisson(PHOTONS * np.exp(-absorption.astype(np.float64)))
    measured = -np.log(np.maximum(counts, 1) / PHOTONS)
    blurred: np.ndarray = gaussian_filter(measured.astype(np.float32), BLUR_PIXELS)
    return blurred


def _developed(measured: Film) -> UInt8[np.ndarray, "row column"]:
    """Even out large-scale brightness and sharpen edges, as digital systems do."""
    shadow = gaussian_filter(measured, LOCAL_MM / PIXEL_MM)
    detail = measured - shadow
    edges = detail - gaussian_filter(detail, 2.5)
    shown = SHADOW_KEPT * shadow + detail + EDGE_GAIN * edges
    low, high = np.percentile(shown, [1, 99.7])
    grey: np.ndarray = np.clip((shown - low) / (high - low) * 235 + 10, 0, 255)
    return grey.astype(np.uint8)
