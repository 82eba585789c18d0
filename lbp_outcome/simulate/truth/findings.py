"""What a radiologist with perfect sight would report: every finding with its place.

Grades are scores; lengths are those of the shapes. Nothing here is read from voxels.
"""

from collections.abc import Iterator

from lbp_outcome.anatomy import Disc, Side, Vertebra
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.bones import Endplate, VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.joints import FacetJoint
from lbp_outcome.simulate.body.neural import FatPad, NervePassage
from lbp_outcome.simulate.body.sac import disc_step
from lbp_outcome.simulate.truth.discs import HERNIATIONS, meyerding
from lbp_outcome.simulate.truth.measurements import lumbar_discs
from lbp_outcome.units import Unit

RELATIVE_MM2, ABSOLUTE_MM2 = 100.0, 75.0
"""Area of the dural sac below which stenosis is relative, and absolute."""

Place = Disc | Vertebra | None


def true_findings(anatomy: Anatomy) -> tuple[Measurement, ...]:
    """Return every finding of one patient, by level and side."""
    return (
        *_of_spine(anatomy),
        *(item for disc in lumbar_discs(anatomy) for item in _of_disc(anatomy, disc)),
        *(item for bone in anatomy.vertebrae for item in _of_bone(bone)),
        *(item for joint in anatomy.joints for item in _of_joint(joint)),
        *(item for passage in anatomy.passages for item in _of_passage(passage)),
        *_of_muscles(anatomy),
    )


def _of_spine(anatomy: Anatomy) -> Iterator[Measurement]:
    bones = anatomy.vertebrae
    lumbar = sum(bone.name.startswith("L") for bone in bones)
    yield _score("lumbar_vertebrae", lumbar)
    yield _score("thoracic_13", any(bone.name == Vertebra.T13 for bone in bones))
    yield _score("castellvi_type", max(bone.castellvi for bone in bones))
    yield _score("redundant_roots", anatomy.nerves.slack > 0)


def _of_disc(anatomy: Anatomy, disc: DiscShape) -> Iterator[Measurement]:
    name = disc.name
    area = float(anatomy.sac.area[disc_step(anatomy.sac, disc)])
    yield _score("pfirrmann_grade", disc.grade, name)
    yield _length("disc_bulge_mm", disc.bulge, name)
    yield _score("meyerding_grade", meyerding(disc), name)
    yield _score("central_stenosis_grade", _stenosis(area), name)
    yield _number("dural_sac_area_mm2", area, Unit.SQUARE_MILLIMETRE, name)
    yield from _of_herniation(disc)
    for pad in anatomy.fat_pads:
        if pad.disc == name:
            yield from _of_pad(pad)
    angles = [joint.angle for joint in anatomy.joints if joint.disc == name]
    tropism = max(angles, default=0.0) - min(angles, default=0.0)
    yield _number("facet_tropism_deg", tropism, Unit.DEGREE, name)


def _of_herniation(disc: DiscShape) -> Iterator[Measurement]:
    """0 none, 1 protrusion, 2 extrusion; where and how far, if there is one."""
    found = disc.herniation
    yield _score("herniation_grade", HERNIATIONS[found.kind] if found else 0, disc.name)
    if found:
        yield _length("herniation_depth_mm", found.depth, disc.name)
        yield _length("herniation_base_mm", found.base, disc.name)
        yield _length("herniation_migration_mm", found.migration, disc.name)
        yield _number("herniation_angle_deg", found.angle, Unit.DEGREE, disc.name)


def _of_pad(pad: FatPad) -> Iterator[Measurement]:
    yield _length("posterior_epidural_fat_mm", pad.thickness, pad.disc)
    yield _length("ligamentum_flavum_mm", pad.flavum, pad.disc)


def _of_bone(bone: VertebraShape) -> Iterator[Measurement]:
    yield _score("genant_grade", bone.fracture, bone.name)
    for side, endplate in (("top", bone.top), ("bottom", bone.bottom)):
        yield from _of_endplate(bone.name, side, endplate)


def _of_endplate(
    name: Vertebra, side: str, endplate: Endplate
) -> Iterator[Measurement]:
    pit = max((pit.depth for pit in endplate.pits), default=0.0)
    modic = endplate.modic
    yield _score(f"modic_type_{side}", modic.type if modic else 0, name)
    yield _length(f"modic_depth_{side}_mm", modic.depth if modic else 0.0, name)
    yield _length(f"endplate_pit_{side}_mm", pit, name)
    yield _length(f"osteophyte_front_{side}_mm", endplate.spur, name)
    yield _number(f"sclerosis_{side}", endplate.sclerosis, Unit.RATIO, name)


def _of_joint(joint: FacetJoint) -> Iterator[Measurement]:
    yield _number("facet_angle_deg", joint.angle, Unit.DEGREE, joint.disc, joint.side)
    yield _length("facet_space_mm", joint.space, joint.disc, joint.side)
    yield _length("facet_fluid_mm", joint.fluid, joint.disc, joint.side)
    yield _number("facet_growth", joint.growth, Unit.RATIO, joint.disc, joint.side)


def _of_passage(passage: NervePassage) -> Iterator[Measurement]:
    where = passage.disc, passage.side
    yield _length("lateral_recess_mm", passage.recess_depth, *where)
    yield _score("foraminal_stenosis_grade", passage.foraminal_grade, *where)


def _of_muscles(anatomy: Anatomy) -> Iterator[Measurement]:
    soft = anatomy.soft
    for muscle, fat, size in (
        ("multifidus", soft.multifidus_fat, soft.multifidus),
        ("erector", soft.erector_fat, soft.erector),
        ("psoas", soft.psoas_fat, soft.psoas),
        ("quadratus", soft.quadratus_fat, soft.quadratus),
    ):
        for side, share, scale in zip(Side, fat, size, strict=True):
            percent = 100 * share
            yield _number(f"{muscle}_fat", percent, Unit.PERCENT, side=side)
            yield _number(f"{muscle}_size", scale, Unit.RATIO, side=side)


def _stenosis(area: float) -> int:
    return int(area < RELATIVE_MM2) + int(area < ABSOLUTE_MM2)


def _score(
    name: str, grade: int, level: Place = None, side: Side | None = None
) -> Measurement:
    return _number(name, float(grade), Unit.SCORE, level, side)


def _length(
    name: str, millimetres: float, level: Place = None, side: Side | None = None
) -> Measurement:
    return _number(name, millimetres, Unit.MILLIMETRE, level, side)


def _number(
    name: str,
    value: float,
    unit: Unit,
    level: Place = None,
    side: Side | None = None,
) -> Measurement:
    return Measurement(name=name, value=float(value), unit=unit, level=level, side=side)
