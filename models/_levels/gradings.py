"""What the level encoder learns to read off a crop, and on which scale."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["grade", "type", "yes_no", "amount"]


@dataclass(frozen=True, kw_only=True)
class Grading:
    """One thing to be read off the images of a level, or of a patient.

    Attributes:
        name: Column of the table of gradings.
        kind: `grade` is ordered, `type` is not, `yes_no` is 1 or 0, `amount` a number.
        lowest: Lowest grade or type.
        highest: Highest grade or type.
        middle: Of an amount: the value that the network sees as 0.
        spread: Of an amount: what it sees as 1 away from there.
        logarithm: Whether an amount is learned as its logarithm.
        same_everywhere: Whether all levels of a patient have the same amount.
        of_patient: Whether all levels of a patient share one answer.
        weight: Share in the loss.
        yes_weight: How much more a yes counts than a no: 1 / odds where it is rare.
        type_weights: How much each type counts; empty where all count alike.
    """

    name: str
    kind: Kind
    lowest: int = 0
    highest: int = 1
    middle: float = 0.0
    spread: float = 1.0
    logarithm: bool = False
    same_everywhere: bool = False
    of_patient: bool = False
    weight: float = 1.0
    yes_weight: float = 1.0
    type_weights: tuple[float, ...] = ()

    @property
    def outputs(self) -> int:
        """How many numbers the network gives for it."""
        if self.kind == "grade":
            return self.highest - self.lowest
        return self.highest - self.lowest + 1 if self.kind == "type" else 1


GRADINGS = (
    Grading(name="pfirrmann_grade", kind="grade", lowest=1, highest=5, weight=2.0),
    Grading(
        name="modic_type",
        kind="type",
        lowest=0,
        highest=3,
        weight=3.0,
        type_weights=(1.0, 3.0, 2.0, 4.0),  # one level in nine is changed
    ),
    Grading(
        name="sac_area_mm2",
        kind="amount",
        middle=4.8,
        spread=0.5,
        logarithm=True,
        weight=2.0,
    ),
    Grading(name="stenosis_grade", kind="grade", lowest=0, highest=2),
    Grading(name="epidural_fat_mm", kind="amount", middle=4.5, spread=2.0),
    Grading(name="epidural_fat_absent", kind="yes_no", weight=2.0, yes_weight=4.0),
    Grading(
        name="multifidus_fat_percent",
        kind="amount",
        middle=48.0,
        spread=16.0,
        same_everywhere=True,
    ),
    Grading(
        name="erector_fat_percent",
        kind="amount",
        middle=30.0,
        spread=12.0,
        same_everywhere=True,
    ),
    Grading(name="herniation", kind="yes_no", weight=0.5, yes_weight=2.0),
    Grading(name="slip", kind="yes_no", weight=0.5, yes_weight=4.0),
    Grading(name="looping_roots", kind="yes_no", weight=4.0),
    Grading(name="redundant_roots", kind="yes_no", weight=3.0, of_patient=True),
)
"""In the order of the network's outputs and of the columns of a table of gradings.

Where each lies in the crop: grade and herniation in the disc, Modic in the endplates,
area, roots and fat in the canal, muscle fat behind the spine. Roots loop at some
levels of a patient whose roots are redundant: those above the stenosis.
"""

BY_NAME = {grading.name: grading for grading in GRADINGS}
NAMES = tuple(grading.name for grading in GRADINGS)
