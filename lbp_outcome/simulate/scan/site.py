"""The simulated hospitals and how their scanners are set up."""

from dataclasses import dataclass, replace

from lbp_outcome.simulate.paint.contrast import SpinEcho
from lbp_outcome.simulate.paint.tissues import FAT, FLUID

Range = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Site:
    """How one hospital scans backs; invented, within the usual.

    Attributes:
        manufacturer: Invented maker of the scanner.
        tesla: Field strength [T].
        pixel_mm: Pixel size of sagittal images, from and to [mm].
        apart_mm: Distance between the middles of sagittal slices, from and to [mm].
        gap: Share of that distance left out between slices.
        t1_times: Repetition and echo time of T1 [ms].
        t2_times: Repetition and echo time of T2 [ms].
        noise: SD of the receiver noise near the coil, CSF on T2 = 1.
        coil_reach_mm: Depth over which the coil's sensitivity falls to 1/e, after the
            scanner has evened it out.
        measured: Share of k-space that is measured along readout and phase; the rest is
            zero, so that pixels are smaller than what was resolved.
        edge_gain: What the filter leaves of the finest details; above 1 it sharpens.
        band: Share of the signal in front of the spine that a saturation band removes,
            from and to; zeros without a band.
        ghost: Strength of the ghosts of moving tissue.
        restless: Share of patients who move during the scan.
        phase_to_head: Whether phase is encoded head to feet on sagittal images, else
            front to back.
        csf_value: Stored value of pure fluid on T2 at the depth of the canal.
    """

    manufacturer: str
    tesla: float
    pixel_mm: Range
    apart_mm: Range
    gap: float
    t1_times: Range
    t2_times: Range
    noise: float
    coil_reach_mm: float
    measured: tuple[float, float]
    edge_gain: float
    band: Range
    ghost: float
    restless: float
    phase_to_head: bool
    csf_value: float

    @property
    def t1(self) -> SpinEcho:
        """T1-weighted sequence; subcutaneous fat has brightness 1."""
        repetition, echo = self.t1_times
        sequence = SpinEcho(tesla=self.tesla, repetition_ms=repetition, echo_ms=echo)
        return sequence.relative_to(FAT)

    @property
    def t2(self) -> SpinEcho:
        """T2-weighted sequence; cerebrospinal fluid has brightness 1."""
        repetition, echo = self.t2_times
        sequence = SpinEcho(tesla=self.tesla, repetition_ms=repetition, echo_ms=echo)
        return sequence.relative_to(FLUID)


SITE_A = Site(
    manufacturer="Simulated A",
    tesla=1.5,
    pixel_mm=(0.68, 0.74),
    apart_mm=(4.0, 4.4),
    gap=0.10,
    t1_times=(520.0, 10.0),
    t2_times=(3600.0, 100.0),
    noise=0.014,
    coil_reach_mm=400.0,
    measured=(0.90, 0.75),
    edge_gain=0.70,
    band=(0.75, 0.94),
    ghost=0.02,
    restless=0.04,
    phase_to_head=True,
    csf_value=1250.0,
)

SITE_B = Site(
    manufacturer="Simulated B",
    tesla=3.0,
    pixel_mm=(0.62, 0.68),
    apart_mm=(3.5, 4.0),
    gap=0.10,
    t1_times=(680.0, 9.0),
    t2_times=(4200.0, 98.0),
    noise=0.011,
    coil_reach_mm=340.0,
    measured=(0.85, 0.70),
    edge_gain=0.75,
    band=(0.85, 0.97),
    ghost=0.025,
    restless=0.03,
    phase_to_head=True,
    csf_value=1450.0,
)

SITE_C = Site(
    manufacturer="Simulated C",
    tesla=1.5,
    pixel_mm=(0.74, 0.80),
    apart_mm=(4.4, 4.8),
    gap=0.15,
    t1_times=(460.0, 12.0),
    t2_times=(3200.0, 106.0),
    noise=0.022,
    coil_reach_mm=500.0,
    measured=(0.95, 0.75),
    edge_gain=0.55,
    band=(0.0, 0.0),
    ghost=0.03,
    restless=0.07,
    phase_to_head=False,
    csf_value=1050.0,
)

HOSPITALS = (SITE_A, SITE_B, SITE_C)
"""In the order of `people.patients.SITES`."""


def shifted(site: Site) -> Site:
    """Return a hospital whose scanner has become another: older, coarser, noisier.

    Tissues keep their order of brightness, but muscle and worn discs come out darker,
    slices are thicker, and more patients move.
    """
    repetition, echo = site.t2_times
    return replace(
        site,
        manufacturer=f"{site.manufacturer}, replaced",
        pixel_mm=(0.78, 0.80),
        apart_mm=(4.7, 4.8),
        gap=0.2,
        t2_times=(repetition, echo + 15.0),
        noise=site.noise * 1.7,
        coil_reach_mm=0.5 * site.coil_reach_mm,
        measured=(0.8, 0.65),
        edge_gain=0.4,
        restless=0.15,
        csf_value=0.6 * site.csf_value,
    )
