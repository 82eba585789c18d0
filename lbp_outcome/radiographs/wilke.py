"""Wilke's degree of degeneration, 0 to 3: height, osteophytes and sclerosis summed."""

from lbp_outcome.anatomy import Border
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.radiographs._level import RadiographLevel
from lbp_outcome.radiographs._scale import SCALES, Grade, Scale, step

NOTICEABLE_PERCENT = 10.0
"""Less than this is the spread of sound discs: no loss."""

HEIGHT_PERCENT = (NOTICEABLE_PERCENT, 33.0, 66.0)
EDGE_MM = (0.5, 3.0)
"""An edge scores one point from the first, two from the second on [mm]."""

FEWEST_EDGES = 6
OSTEOPHYTE_POINTS = (1, 5, 9)
SCLEROSIS = (0.2, 0.6)
DEGREE_POINTS = (1, 4, 7)


def wilke(level: RadiographLevel) -> dict[str, int]:
    """Return the points for height, osteophytes and sclerosis, and the degree.

    Raises:
        NotMeasurable: The height is unknown, fewer than six of the eight edges are
            seen (it needs both films), or sclerosis is not known on both sides.
    """
    if len(level.osteophytes_mm) < FEWEST_EDGES:
        raise NotMeasurable(
            f"Wilke's degree needs {FEWEST_EDGES} of the eight edges, and so a lateral "
            f"and a frontal film; {len(level.osteophytes_mm)} are seen"
        )
    if len(level.sclerosis) < len(Border):
        raise NotMeasurable("sclerosis was not read on both sides of the disc")
    points = sum(step(length, EDGE_MM) for length in level.osteophytes_mm.values())
    height = step(level.narrowing, HEIGHT_PERCENT)
    osteophytes = step(points, OSTEOPHYTE_POINTS)
    sclerosis = _sclerosis(level)
    return {
        "wilke_height_grade": height,
        "wilke_osteophyte_grade": osteophytes,
        "wilke_sclerosis_grade": sclerosis,
        "wilke_degree": step(height + osteophytes + sclerosis, DEGREE_POINTS),
    }


def _sclerosis(level: RadiographLevel) -> int:
    """0 none, 1 one side, 2 both or one marked, 3 both marked."""
    steps = [step(density, SCLEROSIS) for density in level.sclerosis.values()]
    return min(sum(steps), 3) if min(steps) or max(steps) < 2 else 2


SCALES.add(
    Scale(
        name="wilke",
        wording="Wilke 2006, limits A (height 10/33/66 %, edges 0.5/3 mm, density for "
        "the extent of sclerosis)",
        grades=(
            Grade(name="wilke_height_grade", highest=3),
            Grade(name="wilke_osteophyte_grade", highest=3),
            Grade(name="wilke_sclerosis_grade", highest=3),
            Grade(name="wilke_degree", highest=3),
        ),
        table=wilke,
        reference="Wilke et al. 2006, Eur Spine J 15:720-730 (there is an erratum, "
        "15:731; cut-offs not checked in the original). It grades how far sclerosis "
        "reaches; here its density stands for that. A loss of height below 10 % counts "
        "as none, an osteophyte below 0.5 mm as none. Edges at the back are missing.",
    )
)
