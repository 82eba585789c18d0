"""Fat of a muscle against people of the same age, sex and body mass."""

from pathlib import Path

from lbp_outcome.anatomy import Muscle, Side
from lbp_outcome.examination import Person
from lbp_outcome.geometry.muscle_section import Scans
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._muscle_norms import BUILT_IN, norm_of, percentile
from lbp_outcome.measurements._muscle_signal import lumbar_fat
from lbp_outcome.phantoms.muscles import MUSCLES
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

OF_PHANTOM = BUILT_IN[0].z(
    100 * MUSCLES.cylinders[0].fat, Person(age=60.0, male=True, bmi=27.0)
)


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome: the table built in is illustrative and synthetic",
    phantom=Example(
        anatomy=MUSCLES,
        at=Place(muscle=Muscle.MULTIFIDUS, side=Side.LEFT),
        value=OF_PHANTOM,
        tolerance=0.05,
    ),
)
def muscle_fat_z(
    spine: Spine,
    muscles: Scans,
    person: Person,
    norms: Path | None,
    muscle: Muscle,
    side: Side,
) -> Remarked:
    """Fat on Dixon images in standard deviations above people of like age, sex and BMI.

    The table built in is ILLUSTRATIVE AND SYNTHETIC: it knows the multifidus only, and
    nobody must be judged by it. Give a table of measured people (`norms`, on the
    command line --norms); `_muscle_norms.py` says how it is written. The remark names
    the source and the percentile. Fat shares are compared as log-odds. Never to
    be applied to fat shares from T1 or T2, which are far higher or lower.

    Raises:
        NotMeasurable: There is no Dixon series that shows the range, the table lacks
            the muscle, or the body mass index is not known.
    """
    fat = lumbar_fat(spine, muscles, muscle, side)
    norm = norm_of(muscle, person, norms)
    z = norm.z(fat.percent, person)
    expected = norm.expected_percent(person)
    return Remarked(
        z,
        f"{fat.percent:.0f} % fat, {expected:.0f} % expected, percentile "
        f"{percentile(z):.0f}; table: {norm.source}",
    )
