"""Stacking one patient's bones and discs from the sacrum upwards."""

from dataclasses import replace

import numpy as np

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.bones import SacrumShape, VertebraShape
from lbp_outcome.simulate.body.curve import draw_side_bend, turned_axially
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.numbering import draw_numbering
from lbp_outcome.simulate.body.sacral import hang_sacrum
from lbp_outcome.simulate.body.sizes import LEAN_BACK_MEAN, LEAN_BACK_SD
from lbp_outcome.simulate.body.storeys import Storey, draw_storeys
from lbp_outcome.simulate.people.patients import Patients

LEAST_GAP = 0.8
"""Endplates stay this far apart where they come closest [mm]."""

LEAST_LEAN_DEG = 0.8
"""Even the lowest disc lets the bone above it lean this far to one side [deg]."""


def stack_column(
    patient: Patients, rng: np.random.Generator
) -> tuple[tuple[VertebraShape, ...], tuple[DiscShape, ...], SacrumShape]:
    """Return vertebrae T9 or T10 to L5 or L6, the discs between them, and the sacrum.

    Args:
        patient: One patient; age, sex, operated level and its degeneration count.
        rng: Draws everything else.
    """
    numbering = draw_numbering(rng)
    leans, turns = draw_side_bend(numbering, rng)
    lean_back = rng.normal(LEAN_BACK_MEAN, LEAN_BACK_SD)
    storeys, first = draw_storeys(patient, numbering, leans, rng)
    bones, discs = [first], list[DiscShape]()
    for storey in reversed(storeys):
        disc, above = _next_up(storey, bones[-1])
        bones.append(above)
        discs.append(disc)
    bones, discs = _laid_down(bones, discs, lean_back)
    return _settled(_twisted(bones, turns), discs, turns)


def _next_up(storey: Storey, below: VertebraShape) -> tuple[DiscShape, VertebraShape]:
    """Put one disc and the vertebra above it on top of the pile."""
    above, rim = storey.above, storey.height
    wedge, lean = _room_to_tilt(storey, below)
    forward = _forward_tilt(below) - below.half_wedge_deg
    floor = below.frame.moved(superior=below.height / 2)
    halfway = (_right_tilt(below) + lean) / 2
    middle = Frame.tilted(floor.origin, forward - wedge / 2, halfway)
    # Bodies differ in depth: line their backs up, then let the upper one slip.
    shift = (above.size.depth - below.size.depth) / 2 + storey.slip
    ceiling = middle.at(anterior=shift, superior=rim)
    tilted = Frame.tilted(ceiling, forward - wedge - above.half_wedge_deg, lean)
    above = replace(above, frame=tilted.moved(superior=above.height / 2))
    disc = DiscShape(
        name=storey.disc,
        number=above.number,
        frame=middle.moved(anterior=shift / 2, superior=rim / 2),
        upper=above,
        lower=below,
        rim_height=rim,
        grade=storey.grade,
        bulge=storey.bulge,
        signal_deviation=storey.deviation,
        slip=storey.slip,
        herniation=storey.damage.herniation,
        fissure=storey.damage.fissure,
        vacuum=storey.damage.vacuum,
    )
    return disc, above


def _room_to_tilt(storey: Storey, below: VertebraShape) -> tuple[float, float]:
    """Wedge of a disc and lean of the bone above it, as far as the gap allows [deg]."""
    room = storey.height - LEAST_GAP
    deep, wide = storey.above.size.depth / 2, storey.above.size.width / 2
    most = np.degrees(np.arctan(room / deep))
    wedge = float(np.clip(storey.wedge, -most, most))
    taken = deep * np.tan(np.radians(wedge))
    left = np.sqrt(max(room**2 - taken**2, 0.0))
    aside = max(float(np.degrees(np.arctan(left / wide))), LEAST_LEAN_DEG)
    before = _right_tilt(below)
    return wedge, before + float(np.clip(storey.lean - before, -aside, aside))


def _laid_down(
    bones: list[VertebraShape], discs: list[DiscShape], lean_back: float
) -> tuple[list[VertebraShape], list[DiscShape]]:
    """Turn the whole pile until the line from S1 to T11 leans back as it should."""
    top = next(bone for bone in bones if bone.name == Vertebra.T11)
    foot = bones[0].frame.origin
    line = top.frame.origin - foot
    leans_back = np.degrees(np.arctan2(-line[1], line[2]))
    turn = float(leans_back - lean_back)
    return (
        [replace(bone, frame=bone.frame.turned(foot, turn)) for bone in bones],
        [replace(disc, frame=disc.frame.turned(foot, turn)) for disc in discs],
    )


def _twisted(bones: list[VertebraShape], turns: list[float]) -> list[VertebraShape]:
    """Turn every vertebra about its own axis, as in a scoliosis; S1 stays."""
    turned = [
        replace(bone, frame=turned_axially(bone.frame, turn))
        for bone, turn in zip(bones[1:], reversed(turns), strict=True)
    ]
    return [bones[0], *turned]


def _settled(
    bones: list[VertebraShape], discs: list[DiscShape], turns: list[float]
) -> tuple[tuple[VertebraShape, ...], tuple[DiscShape, ...], SacrumShape]:
    """Turn the pile upside down and let every disc know its finished neighbours."""
    by_name = {bone.name: bone for bone in bones}
    below = [0.0, *reversed(turns)]
    final = tuple(
        replace(
            disc,
            frame=turned_axially(disc.frame, (below[index] + below[index + 1]) / 2),
            upper=by_name[disc.name.upper],
            lower=by_name[disc.name.lower],
        )
        for index, disc in reversed(list(enumerate(discs)))
    )
    return tuple(reversed(bones[1:])), final, hang_sacrum(bones[0])


def _forward_tilt(shape: VertebraShape) -> float:
    """How far a bone leans forward [deg]."""
    return float(np.degrees(np.arcsin(-shape.frame.anterior[2])))


def _right_tilt(shape: VertebraShape) -> float:
    """How far a bone leans to the right [deg]."""
    return float(np.degrees(np.arcsin(shape.frame.superior[0])))
