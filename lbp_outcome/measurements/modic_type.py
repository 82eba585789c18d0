"""Type of a Modic-like change."""

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._modic import change
from lbp_outcome.phantoms.endplates import WORN
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit

NAMES = ("I", "II", "III")


@measurement(
    unit=Unit.SCORE,
    reference="lbp-outcome, for the Modic changes of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=WORN,
        at=Place(disc=Disc.parse("L4-L5"), border=Border.BELOW),
        value=1.0,
        tolerance=0.01,
    ),
    needs=("t2", "t1"),
)
def modic_type(
    examination: Examination, disc: Disc, border: Border
) -> float | Remarked:
    """Type of Modic-like change of the marrow beside an endplate, 0 for none, 1 to 3.

    A proxy, not a reader's grade: 1 where the marrow is darker than the mid-body on T1
    and not on T2 (oedema), 2 where it is brighter on both and not darker on T2 (fat), 3
    where it is much darker on both (sclerosis). The type that exceeds its usual share
    of the slab most is named. Cut-offs in standard deviations of the mid-body were
    tuned on some 40 simulated patients, not on real ones. Of the changes that the
    signal can show there (see `simulate.truth.modic`) it finds 13 of 13 of type I and
    18 of 28 of type II (kappa 0.73); on 37 others, which it was not tuned on, 4 of 4, 8
    of 17 and 0 of 2 of type III (kappa 0.43). Most of what is missed is type II in
    marrow that is fatty anyway or beside dense bone.

    Raises:
        NotMeasurable: The body or its end is not segmented, or lies outside an image.
    """
    found = change(examination, disc, border)
    grade = float(found.leading + 1) if found.present.any() else 0.0
    mixed = [name for name, seen in zip(NAMES, found.present, strict=True) if seen]
    remarks = [found.remark]
    if len(mixed) > 1:
        remarks.insert(0, "mixed: types " + " and ".join(mixed))
    remark = "; ".join(filter(None, remarks))
    return Remarked(grade, remark) if remark else grade
