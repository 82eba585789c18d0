"""One simulated patient from the skin of the back to the front of the abdomen."""

from dataclasses import dataclass

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.simulate.body.bones import SacrumShape, VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.joints import FacetJoint
from lbp_outcome.simulate.body.neural import FatPad, NervePassage, Nerves, SacShape
from lbp_outcome.simulate.body.soft import SoftTissue


@dataclass(frozen=True, eq=False, kw_only=True)
class Anatomy:
    """One simulated patient from the skin of the back to the front of the abdomen.

    Attributes:
        vertebrae: T9 or T10 to L5 or L6, from above.
        discs: The discs below them, from above.
        sacrum: S1 and below.
        sac: The dural sac.
        nerves: Cord and roots in it.
        fat_pads: Posterior epidural fat at the lumbar discs.
        joints: The facet joints, from above.
        passages: The ways of the nerve roots at the lumbar discs.
        soft: Muscle and fat around.
        operated_level: The disc to be operated on.
    """

    vertebrae: tuple[VertebraShape, ...]
    discs: tuple[DiscShape, ...]
    sacrum: SacrumShape
    sac: SacShape
    nerves: Nerves
    fat_pads: tuple[FatPad, ...]
    joints: tuple[FacetJoint, ...]
    passages: tuple[NervePassage, ...]
    soft: SoftTissue
    operated_level: Disc

    def disc(self, name: Disc) -> DiscShape:
        """Return the disc of this name."""
        return next(disc for disc in self.discs if disc.name == name)

    def vertebra(self, name: Vertebra) -> VertebraShape:
        """Return the vertebra of this name."""
        return next(shape for shape in self.vertebrae if shape.name == name)
