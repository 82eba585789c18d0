"""Stacking one patient's bones and discs from the sacrum upwards."""

from dataclasses import replace

import numpy as np

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.shapes import DiscShape, SacrumShape, VertebraShape
from lbp_outcome.simulate.body.sizes import (
    DISC_HEIGHTS,
    DISC_WEDGES,
    LEAN_BACK_MEAN,
    LEAN_BACK_SD,
    VERTEBRA_SIZES,
    WOMEN_CANAL,
    WOMEN_DEPTH,
    WOMEN_HEIGHT,
    VertebraSize,
)
from lbp_outcome.simulate.people.patients import AGE_MEAN, Patients

DISCS = tuple(Disc.parse(name) for name in DISC_HEIGHTS)
HEIGHT_BY_GRADE = {1: 1.03, 2: 1.0, 3: 0.93, 4: 0.75, 5: 0.47}
"""Disc height as a share of the healthy mean, by Pfirrmann grade."""

GRADE_BY_LEVEL = (2.2, 2.2, 2.2, 2.3, 2.5, 2.8, 3.1, 3.5, 3.4)
"""Mean Pfirrmann grade at age 65, from T9-T10 down to L5-S1."""

LEAST_GAP_BEHIND = 0.8
SLIP_SHARE = 0.20
"""Share of patients with a degenerative slip of the operated level."""

SACRUM_PLACE = np.array([0.0, -15.0, -110.0])
"""Where S1 lies when L3 lies in the middle of the scanner [mm]."""

FIRST_GUESS_DEG = 40.0
"""Forward tilt of S1 before the finished pile is laid down [deg]."""

SACRAL_TAPER = 0.74
SACRAL_HEIGHTS = (30.0, 25.0, 21.0, 18.0)
SACRAL_TURNS = (0.0, 6.0, 8.0, -8.0)
"""How the sacrum narrows and curves from S1 to S4.

Taper: depth at the bottom of a segment as a share of that at its top; then the heights
of the segments [mm], and the forward tilt that each adds [deg]."""


def stack_column(
    patient: Patients, rng: np.random.Generator
) -> tuple[tuple[VertebraShape, ...], tuple[DiscShape, ...], SacrumShape]:
    """Return vertebrae T9 to L5, the discs between them, and the sacrum.

    Args:
        patient: One patient; age, sex, operated level and its degeneration count.
        rng: Draws everything else.
    """
    size = _patient_size(patient, rng)
    grades = _grades(patient, rng)
    sideways = _sideways_tilts(rng)
    slips = _slips(patient, rng)
    lean = rng.normal(LEAN_BACK_MEAN, LEAN_BACK_SD)
    first = _first_sacral(size[Vertebra.S1], sideways[-1])
    bones, discs = [first], list[DiscShape]()
    for index in reversed(range(len(DISCS))):
        below = bones[-1]
        grade = grades[index]
        disc, above = _next_up(
            DISCS[index], below, size, grade, slips[index], sideways[index], rng
        )
        bones[-1] = replace(below, spur_above=_spur(grade, rng))
        bones.append(above)
        discs.append(disc)
    return _settled(*_laid_down(bones, discs, lean))


def _laid_down(
    bones: list[VertebraShape], discs: list[DiscShape], lean_back: float
) -> tuple[list[VertebraShape], list[DiscShape]]:
    """Turn the whole pile until the line from S1 to T11 leans back as it should."""
    foot, head = bones[0].frame.origin, bones[-3].frame.origin
    line = head - foot
    leans_back = np.degrees(np.arctan2(-line[1], line[2]))
    turn = float(leans_back - lean_back)
    return (
        [replace(bone, frame=bone.frame.turned(foot, turn)) for bone in bones],
        [replace(disc, frame=disc.frame.turned(foot, turn)) for disc in discs],
    )


def _settled(
    bones: list[VertebraShape], discs: list[DiscShape]
) -> tuple[tuple[VertebraShape, ...], tuple[DiscShape, ...], SacrumShape]:
    """Turn the pile upside down and let every disc know its finished neighbours."""
    by_name = {bone.name: bone for bone in bones}
    final = tuple(
        replace(disc, upper=by_name[disc.name.upper], lower=by_name[disc.name.lower])
        for disc in reversed(discs)
    )
    return tuple(reversed(bones[1:])), final, _sacrum(bones[0])


def _patient_size(
    patient: Patients, rng: np.random.Generator
) -> dict[Vertebra, VertebraSize]:
    """Scale all bones together for sex and stature, and each a little by itself."""
    male = bool(patient.male[0])
    stature = rng.normal(1.0, 0.04)
    depth, height, canal = np.array(
        (1.0, 1.0, 1.0) if male else (WOMEN_DEPTH, WOMEN_HEIGHT, WOMEN_CANAL)
    ) * (stature, stature, np.sqrt(stature))
    factors = {
        **dict.fromkeys(("depth", "width"), depth),
        **dict.fromkeys(("canal_depth", "canal_width"), canal),
        "process_drop": 1.0,
    }
    return {
        name: VertebraSize(
            **{
                column: float(
                    getattr(mean, column)
                    * factors.get(column, height)
                    * rng.normal(1.0, 0.015)
                )
                for column in VertebraSize.__dataclass_fields__
            }
        )
        for name, mean in VERTEBRA_SIZES.items()
    }


def _grades(patient: Patients, rng: np.random.Generator) -> list[int]:
    """Draw the Pfirrmann grade of every disc; the operated one is given 2-3 or 4-5."""
    operated = DISCS.index(patient.level_of(0))
    worn, sound = rng.choice([4, 5], p=[0.65, 0.35]), rng.choice([2, 3], p=[0.25, 0.75])
    chosen = int(worn if patient.degenerate[0] else sound)
    older = 0.04 * (patient.age[0] - AGE_MEAN) + 0.25 * (chosen - 3.5)
    drawn = np.array(GRADE_BY_LEVEL) + older + rng.normal(0, 0.75, len(DISCS))
    grades = [int(grade) for grade in np.clip(np.rint(drawn), 2, 5)]
    grades[operated] = chosen
    return grades


def _slips(patient: Patients, rng: np.random.Generator) -> list[float]:
    slips = rng.normal(0, 0.5, len(DISCS))
    if rng.random() < SLIP_SHARE:
        slips[DISCS.index(patient.level_of(0))] = rng.uniform(3, 7)
    return [float(slip) for slip in slips]


def _sideways_tilts(rng: np.random.Generator) -> list[float]:
    """Draw a gentle side bend: rightward tilt of each vertebra and of S1 last [deg]."""
    height = np.linspace(1, 0, len(DISCS) + 1)
    bend = 1.2 * rng.standard_gamma(1.5) * rng.choice([-1, 1])
    tilt = bend * np.cos(2 * np.pi * (height - rng.uniform(0, 0.6)))
    return [float(value) for value in tilt + rng.normal(0, 0.4, len(tilt))]


def _spur(grade: int, rng: np.random.Generator) -> float:
    """Draw the length of an osteophyte beside a disc of this grade [mm]."""
    mean = {3: 0.8, 4: 2.0, 5: 3.5}.get(grade, 0.2)
    return float(min(mean * rng.standard_gamma(2.0) / 2, 8.0))


def _first_sacral(size: VertebraSize, sideways: float) -> VertebraShape:
    return VertebraShape(
        name=Vertebra.S1,
        frame=Frame.tilted(SACRUM_PLACE, FIRST_GUESS_DEG, sideways),
        size=size,
        hollow_above=0.8,
    )


def _next_up(
    name: Disc,
    below: VertebraShape,
    sizes: dict[Vertebra, VertebraSize],
    grade: int,
    slip: float,
    sideways: float,
    rng: np.random.Generator,
) -> tuple[DiscShape, VertebraShape]:
    """Put one disc and the vertebra above it on top of the pile."""
    above = VertebraShape(
        name=name.upper,
        frame=below.frame,
        size=sizes[name.upper],
        hollow_above=float(rng.uniform(1.0, 2.2)),
        hollow_below=float(rng.uniform(1.5, 2.8)),
        spur_below=_spur(grade, rng),
    )
    rim, wedge = _gap(name, below, above, grade, rng)
    forward = _forward_tilt(below) - below.half_wedge_deg
    floor = below.frame.moved(superior=below.height / 2)
    halfway = (_right_tilt(below) + sideways) / 2
    middle = Frame.tilted(floor.origin, forward - wedge / 2, halfway)
    # Bodies differ in depth: line their backs up, then let the upper one slip.
    shift = (above.size.depth - below.size.depth) / 2 + slip
    ceiling = middle.at(anterior=shift, superior=rim)
    tilted = Frame.tilted(ceiling, forward - wedge - above.half_wedge_deg, sideways)
    above = replace(above, frame=tilted.moved(superior=above.height / 2))
    disc = DiscShape(
        name=name,
        frame=middle.moved(anterior=shift / 2, superior=rim / 2),
        upper=above,
        lower=below,
        rim_height=rim,
        grade=grade,
        bulge=float(rng.uniform(0.0, 0.6) + max(grade - 2, 0) * rng.uniform(0.3, 1.0)),
        signal_deviation=float(rng.normal(0, 0.10)),
        slip=slip,
    )
    return disc, above


def _gap(
    name: Disc,
    below: VertebraShape,
    above: VertebraShape,
    grade: int,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Draw the distance between the rims [mm] and the angle between them [deg]."""
    worn = HEIGHT_BY_GRADE[grade]
    scale = above.size.front / VERTEBRA_SIZES[name.upper].front
    mean_height = DISC_HEIGHTS[str(name)] * scale * worn * rng.normal(1.0, 0.08)
    hollows = (below.hollow_above + above.hollow_below) / 2  # mean over the endplate
    rim = max(mean_height - hollows, 1.6)
    most = np.degrees(np.arctan((rim - LEAST_GAP_BEHIND) / (above.size.depth / 2)))
    wedge = DISC_WEDGES[str(name)] * min(worn + 0.1, 1.0) + rng.normal(0, 1.2)
    return float(rim), float(np.clip(wedge, -most, most))


def _forward_tilt(shape: VertebraShape) -> float:
    """How far a bone leans forward [deg]."""
    return float(np.degrees(np.arcsin(-shape.frame.anterior[2])))


def _right_tilt(shape: VertebraShape) -> float:
    """How far a bone leans to the right [deg]."""
    return float(np.degrees(np.arcsin(shape.frame.superior[0])))


def _sacrum(first: VertebraShape) -> SacrumShape:
    """Hang S2 to S4 below S1."""
    segments = [first]
    for height, turn in list(zip(SACRAL_HEIGHTS, SACRAL_TURNS, strict=True))[1:]:
        above = segments[-1]
        depth = above.size.depth * SACRAL_TAPER
        size = replace(first.size, depth=depth, front=height, back=height)
        top = above.frame.at(  # backs are flush, so that the canal is smooth
            anterior=(depth - above.size.depth) / 2, superior=-above.height / 2
        )
        frame = Frame.tilted(top, _forward_tilt(above) + turn).moved(
            superior=-height / 2
        )
        segments.append(replace(first, frame=frame, size=size, hollow_above=0.0))
    return SacrumShape(segments=tuple(segments), taper=SACRAL_TAPER)
