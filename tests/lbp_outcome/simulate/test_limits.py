"""No shape can be built that no body could have."""

from dataclasses import replace

import pytest

from lbp_outcome.anatomy import Disc, Side, Vertebra
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.simulate.body.bones import Endplate, Modic, Pit
from lbp_outcome.simulate.body.discs import Herniation
from lbp_outcome.simulate.body.joints import FacetJoint
from lbp_outcome.simulate.body.neural import FatPad, NervePassage
from lbp_outcome.simulate.body.sizes import VERTEBRA_SIZES

LEVEL = Disc.parse("L4-L5")
JOINT = FacetJoint(
    disc=LEVEL, side=Side.LEFT, angle=45.0, space=3.0, fluid=1.0, growth=1.0
)
HERNIATION = Herniation(kind="extrusion", angle=0.0, depth=5.0, base=4.0)
SHAPES = {
    "size": (VERTEBRA_SIZES[Vertebra.L4], {"front": -28.0}),
    "oedema": (Modic(type=1, depth=5.0, share=0.5, forward=0.0), {"type": 4}),
    "spread": (Modic(type=1, depth=5.0, share=0.5, forward=0.0), {"share": 1.2}),
    "node": (Pit(right=0.0, anterior=0.0, radius=4.0, depth=3.0), {"radius": 0.0}),
    "endplate": (Endplate(), {"side_spurs": (0.0, -1.0)}),
    "joint": (JOINT, {"angle": 120.0}),
    "fluid": (JOINT, {"fluid": 3.5}),
    "fat": (FatPad(disc=LEVEL, step=3, thickness=5.0), {"thickness": -1.0}),
    "foramen": (
        NervePassage(disc=LEVEL, side=Side.RIGHT, recess_depth=5.0, foraminal_grade=0),
        {"foraminal_grade": 4},
    ),
    "herniation": (HERNIATION, {"depth": -2.0}),
    "kind": (HERNIATION, {"kind": "bulge"}),
}


@pytest.mark.parametrize(("shape", "wrong"), SHAPES.values(), ids=SHAPES)
def test_impossible_shapes_are_refused_by_name(shape, wrong):
    ((name, value),) = wrong.items()
    with pytest.raises(InvalidChoice, match=rf"{type(shape).__name__}: .*{name}"):
        replace(shape, **{name: value})


def test_the_message_says_what_is_possible():
    with pytest.raises(InvalidChoice, match="front = -28: must be at least 0"):
        replace(VERTEBRA_SIZES[Vertebra.L4], front=-28.0)
