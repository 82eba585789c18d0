"""One patient's MR examination, series by series."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from lbp_outcome.anatomy import Disc
from lbp_outcome.image import Image
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.everything import paint_anatomy
from lbp_outcome.simulate.paint.planted import Planting, paint_planted
from lbp_outcome.simulate.scan.axial import axial_discs, plan_axial
from lbp_outcome.simulate.scan.dixon import in_and_opposed_phase, plan_dixon
from lbp_outcome.simulate.scan.magnetic_resonance import acquire
from lbp_outcome.simulate.scan.plan import Scan, plan_sagittal
from lbp_outcome.simulate.scan.site import Site

SUFFIXES = {"t2": "T2w", "t1": "T1w"}
"""BIDS suffix of an image; that of a Dixon image is its own name."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Series:
    """One series: what was painted, and the images taken of it.

    Attributes:
        entity: Which acquisition, in terms of BIDS: `acq-sag`, `acq-ax_chunk-1`, ...
        scan: Grid and scanner.
        canvas: The painted anatomy.
        images: Images by suffix; the first lends its name to the masks.
        disc: The disc that the slices pass through, or None.
    """

    entity: str
    scan: Scan
    canvas: Canvas
    images: Mapping[str, Image]
    disc: Disc | None = None

    def about(self, suffix: str) -> dict[str, object]:
        """Return what belongs beside one image, in terms of BIDS."""
        looks = {SUFFIXES.get(look, look): look for look in self.scan.looks}
        look = looks.get(suffix, next(iter(looks.values())))
        level = {"Level": str(self.disc)} if self.disc else {}
        return self.scan.about(look) | level

    @property
    def main(self) -> str:
        """Name of the image that the masks belong to."""
        return f"{self.entity}_{next(iter(self.images))}"


def examine(
    anatomy: Anatomy,
    site: Site,
    rng: np.random.Generator,
    *,
    planted: Planting | None = None,
    dixon: bool = False,
) -> Iterator[Series]:
    """Take the series of one patient, the sagittal one first.

    Args:
        anatomy: The patient on the table.
        site: The hospital.
        rng: Makes the examination repeatable; each series has a stream of its own.
        planted: Where a signal is planted, or None.
        dixon: Whether to take water and fat images too.
    """
    sagittal, block, *stacks = _streams(anatomy, rng)
    plan = plan_sagittal(anatomy, site, sagittal)
    yield _taken("acq-sag", plan, anatomy, planted, sagittal)
    for number, (disc, stream) in enumerate(
        zip(axial_discs(anatomy), stacks, strict=True), start=1
    ):
        plan = plan_axial(anatomy, disc, site, stream)
        entity = f"acq-ax_chunk-{number}"
        yield _taken(entity, plan, anatomy, planted, stream, disc.name)
    if dixon:
        plan = plan_dixon(anatomy, site, block)
        yield _with_phases(_taken("acq-dixon", plan, anatomy, planted, block))


def plan_first(anatomy: Anatomy, site: Site, rng: np.random.Generator) -> Scan:
    """Return the plan of the sagittal series alone, as `examine` would plan it."""
    return plan_sagittal(anatomy, site, _streams(anatomy, rng)[0])


def _streams(anatomy: Anatomy, rng: np.random.Generator) -> list[np.random.Generator]:
    """One random stream for the sagittal series, one for Dixon, one for each stack."""
    return list(rng.spawn(2 + len(axial_discs(anatomy))))


def _taken(
    entity: str,
    scan: Scan,
    anatomy: Anatomy,
    planted: Planting | None,
    rng: np.random.Generator,
    disc: Disc | None = None,
) -> Series:
    canvas = scan.canvas()
    paint_anatomy(canvas, anatomy)
    if planted is not None:
        paint_planted(canvas, planted)
    images = {
        SUFFIXES.get(look, look): acquire(canvas, look, scan, rng)
        for look in sorted(scan.looks, reverse=True)  # T2 before T1, water before fat
    }
    return Series(entity=entity, scan=scan, canvas=canvas, images=images, disc=disc)


def _with_phases(series: Series) -> Series:
    """Add the two images that the scanner measured water and fat from."""
    water, fat = (series.images[name].values for name in ("water", "fat"))
    affine = series.scan.affine
    phases = in_and_opposed_phase(water.astype(np.float32), fat.astype(np.float32))
    both = {
        name: Image(np.rint(values).astype(np.int16), affine)
        for name, values in zip(("inphase", "opposedphase"), phases, strict=True)
    }
    return Series(
        entity=series.entity,
        scan=series.scan,
        canvas=series.canvas,
        images={**series.images, **both},
    )
