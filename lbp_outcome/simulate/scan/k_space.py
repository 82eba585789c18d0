"""Measuring an image line by line in k-space, and reconstructing it."""

import numpy as np
from jaxtyping import Complex64, Float32
from scipy.fft import fft2, fftfreq, ifft2

from lbp_outcome.simulate.scan.plan import Scan

Slices = Float32[np.ndarray, "slice row column"]
Lines = Float32[np.ndarray, " lines"]

ECHO_TRAIN = 16
"""Lines measured after one excitation; a movement splits them in such combs."""


def through_k_space(signal: Slices, scan: Scan, rng: np.random.Generator) -> Slices:
    """Return the magnitude image that a scanner makes of a signal.

    The outermost lines are not measured, the rest is filtered: that blurs, and rings at
    sharp edges. White noise is added to both channels; after the filter its SD
    is `scan.noise`. If the patient moved, part of the lines carry a displaced patient.
    """
    window = _window(scan)
    lines: Complex64[np.ndarray, "slice row column"] = fft2(signal)
    moment = float(rng.uniform(0.2, 0.8))
    if any(scan.movement):
        lines *= _displacement(scan, moment)
    pixels = window.size
    spread = scan.noise * np.sqrt(pixels / np.mean(window**2))
    grain = rng.standard_normal((*signal.shape, 2), dtype=np.float32)
    grain *= np.float32(spread)
    lines += grain.view(np.complex64)[..., 0]
    lines *= window
    magnitude: np.ndarray = np.abs(ifft2(lines, overwrite_x=True))
    return magnitude


def _window(scan: Scan) -> Float32[np.ndarray, "row column"]:
    """What is kept of each spatial frequency; 1 in the middle of k-space."""
    columns, rows, _ = scan.shape
    readout, phase = scan.site.measured
    shares = (readout, phase) if scan.phase_axis == 1 else (phase, readout)
    along, across = (
        _kept(size, share, scan.site.edge_gain)
        for size, share in zip((columns, rows), shares, strict=True)
    )
    window: np.ndarray = across[:, None] * along[None, :]
    return window


def _kept(size: int, measured: float, edge_gain: float) -> Lines:
    """A raised cosine from 1 down (or up) to the edge of what is measured."""
    outwards = np.abs(fftfreq(size)) * 2 / measured
    fall = np.cos(np.pi / 2 * np.minimum(outwards, 1)) ** 2
    kept: np.ndarray = (edge_gain + (1 - edge_gain) * fall) * (outwards <= 1)
    return kept.astype(np.float32)


def _displacement(scan: Scan, moment: float) -> Complex64[np.ndarray, "row column"]:
    """Shift the patient in all echo trains after a moment.

    Neighbouring lines belong to different trains, so the jump repeats all over k-space
    and shows as ghosts along the phase axis.
    """
    columns, rows, _ = scan.shape
    pixels = np.array(scan.movement) / scan.spacing_mm[:2]
    turns = fftfreq(rows)[:, None] * pixels[1] + fftfreq(columns)[None, :] * pixels[0]
    phase = np.exp(-2j * np.pi * turns)
    order = np.arange((columns, rows)[scan.phase_axis]) % ECHO_TRAIN / ECHO_TRAIN
    late = np.expand_dims(order >= moment, 1 - scan.phase_axis).T
    displaced: np.ndarray = np.where(late, phase, 1).astype(np.complex64)
    return displaced
