"""A simulated spine as a network learns from it: crops of its levels, and the truth.

The volumes themselves are never written: a spine takes 1 MB instead of 6.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from jaxtyping import Float16

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.level_crop import level_crops
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.draw import draw_anatomy
from lbp_outcome.simulate.examination import examine
from lbp_outcome.simulate.masks.complete import complete_vertebrae
from lbp_outcome.simulate.masks.spider import spider_mask
from lbp_outcome.simulate.paint.planted import planting
from lbp_outcome.simulate.people.patients import Patients, draw_patients
from lbp_outcome.simulate.people.world import patient_streams
from lbp_outcome.simulate.place import Place
from lbp_outcome.simulate.scan.site import HOSPITALS, shifted
from lbp_outcome.simulate.truth import true_findings
from lbp_outcome.spine import Spine

LEVELS = 6
"""A lumbar examination shows these many discs from the sacrum up."""

ONE_OF_THESE = 3
"""Every so many scanners has been replaced by an older, coarser, noisier one."""

LOOP_LEVELS = 2
"""Roots loop over 75 mm above the stenosis: two levels at least."""

EVEN = 0.5
"""Share of spines with a rare finding where both sides shall be learned alike."""

WHO_KEY = 7
"""Keeps these patients apart from those of a cohort of the same seed."""


@dataclass(frozen=True, eq=False, kw_only=True)
class GradedSpine:
    """Crops of the levels of one patient, and what is true of each.

    Attributes:
        crops: T2 and T1 in the frame of each disc; T1 is zero without a T1 image.
        gradings: By name; a grading that does not apply to a level is left out.
        operated: Whether the level is the one to be operated on.
    """

    crops: Float16[np.ndarray, "level 2 left posterior superior"]
    gradings: tuple[Mapping[str, float], ...]
    operated: tuple[bool, ...]


def graded_spine(
    seed: int, number: int, *, balanced: bool = False, planted: Place | None = None
) -> GradedSpine:
    """Simulate one patient's sagittal images and cut the levels out of them.

    Args:
        seed: With the number, fixes everything.
        number: Which patient; every third was scanned on a replaced scanner.
        balanced: See `drawn_patient`.
        planted: Where a pattern is planted that nothing measures; None for nowhere.

    Raises:
        NotMeasurable: None of the discs can be located.
    """
    patient = drawn_patient(seed, number, balanced=balanced)
    for_anatomy, for_mri, _ = patient_streams(seed, number)
    anatomy = draw_anatomy(patient, for_anatomy, asymmetric=False)
    site = HOSPITALS[int(patient.site[0])]
    older = number % ONE_OF_THESE == 0
    scanner = shifted(site) if older else site
    sign = None if planted is None else planting(anatomy, planted)
    series = next(iter(examine(anatomy, scanner, for_mri, planted=sign)))
    complete = complete_vertebrae(anatomy, series.scan)
    mask = Image(spider_mask(series.canvas, complete), series.scan.affine)
    spine = LABEL_SCHEMES["spider"].read_silently(mask, lowest=complete[-1].name)
    t2, t1 = series.images["T2w"], series.images["T1w"]
    graded = partial(level_gradings, true_findings(anatomy))
    return cut_levels(spine, t2, t1, graded, anatomy.operated_level)


def drawn_patient(seed: int, number: int, *, balanced: bool) -> Patients:
    """Draw who is examined.

    Args:
        seed: With the number, fixes everything.
        number: Which patient.
        balanced: Whether a coin decides about redundant roots and epidural fat, so that
            a learner cannot guess either from how narrow the sac is. Only to learn
            from: patients are not like that.
    """
    who = np.random.SeedSequence(seed, spawn_key=(WHO_KEY, number))
    chance = np.random.default_rng(who)
    patient = draw_patients(1, chance)
    if not balanced:
        return patient
    roots, fat = chance.random((2, 1)) < EVEN
    return replace(patient, redundant_roots=roots, without_fat=fat)


def cut_levels(
    spine: Spine,
    t2: Image,
    t1: Image | None,
    graded: Callable[[Disc], Mapping[str, float]],
    operated: Disc | None = None,
) -> GradedSpine:
    """Cut the levels of an examination out of its images and grade them.

    Args:
        spine: Where the discs lie.
        t2: T2 image.
        t1: T1 image; or None.
        graded: What is known of a disc; levels of which nothing is known are left out.
        operated: The level to be operated on, if known.

    Raises:
        NotMeasurable: None of the discs can be located, or nothing is known of them.
    """
    known = {
        disc: _with_loops(graded(disc), disc, operated)
        for disc in spine.levels[-LEVELS:]
    }
    discs = [disc for disc, gradings in known.items() if gradings]
    crops = level_crops(t2, spine, discs, t1)
    if not crops:
        raise NotMeasurable("none of the graded discs can be located")
    return GradedSpine(
        crops=np.stack([_pair(crop.values, crop.t1) for crop in crops.values()]),
        gradings=tuple(known[disc] for disc in crops),
        operated=tuple(disc == operated for disc in crops),
    )


def level_gradings(findings: Iterable[Measurement], disc: Disc) -> dict[str, float]:
    """Return what is true of a level, under the names of the encoder's gradings.

    Empty where the findings know nothing of the disc.
    """
    of_disc: dict[str, float] = {}
    of_all: dict[str, list[float]] = {}
    modic = 0.0
    facing = ((disc.upper, "modic_type_bottom"), (disc.lower, "modic_type_top"))
    for item in findings:
        if item.value is None:
            continue
        if item.level == disc:
            of_disc[item.name] = item.value
        elif item.level is None:
            of_all.setdefault(item.name, []).append(item.value)
        elif (item.level, item.name) in facing:
            modic = max(modic, item.value)
    if not of_disc:
        return {}
    return {"modic_type": modic, **_of_disc(of_disc), **_of_patient(of_all)}


def _with_loops(
    gradings: Mapping[str, float], disc: Disc, operated: Disc | None
) -> Mapping[str, float]:
    """Say whether roots loop at the levels just above the stenosis.

    Of the others nothing is said, also where roots run straight: which level it is
    must not give the answer away.
    """
    if operated is None or "redundant_roots" not in gradings:
        return gradings
    above = operated.upper.order - disc.upper.order
    if above not in range(1, LOOP_LEVELS + 1):
        return gradings
    return {**gradings, "looping_roots": gradings["redundant_roots"]}


def _of_disc(found: Mapping[str, float]) -> dict[str, float]:
    named = {
        "pfirrmann_grade": "pfirrmann_grade",
        "dural_sac_area_mm2": "sac_area_mm2",
        "central_stenosis_grade": "stenosis_grade",
        "posterior_epidural_fat_mm": "epidural_fat_mm",
    }
    gradings = {ours: found[name] for name, ours in named.items() if name in found}
    if "epidural_fat_mm" in gradings:
        gradings["epidural_fat_absent"] = float(gradings["epidural_fat_mm"] <= 0)
    for name, ours in (("herniation_grade", "herniation"), ("meyerding_grade", "slip")):
        if name in found:
            gradings[ours] = float(found[name] > 0)
    return gradings


def _of_patient(found: Mapping[str, list[float]]) -> dict[str, float]:
    named = {
        "multifidus_fat": "multifidus_fat_percent",
        "erector_fat": "erector_fat_percent",
        "redundant_roots": "redundant_roots",
    }
    return {
        ours: float(np.mean(found[name]))  # of both sides
        for name, ours in named.items()
        if name in found
    }


def _pair(t2: np.ndarray, t1: np.ndarray | None) -> np.ndarray:
    other = np.zeros_like(t2) if t1 is None else t1
    return np.stack([t2, other]).astype(np.float16)
