"""What stands on the page of one patient, before it is laid out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lbp_outcome import BANNER, __version__
from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.numbering import numbering
from lbp_outcome.image import Image
from lbp_outcome.measurements import Reason, doubts_in, spine_doubts
from lbp_outcome.records import Measurement
from lbp_outcome.sheet.contents import (
    Key,
    Line,
    Table,
    figure,
    index,
    lines,
    reasons,
    table,
    unusual,
)
from lbp_outcome.sheet.disc_view import DiscView, disc_view
from lbp_outcome.sheet.layout import BONE_COLUMNS, DISC_COLUMNS, muscle_columns
from lbp_outcome.spine import Numbering, Spine


@dataclass(frozen=True, eq=False, kw_only=True)
class Sheet:
    """What stands on the page of one patient.

    Attributes:
        subject: Pseudonym.
        simulated: Whether the patient is simulated.
        examination: The images and the segmented spine.
        discs: The discs that can be shown.
        captions: The numbers beneath each of them.
        tables: Numbers by disc, by vertebra and by muscle.
        spine_lines: Numbers of the whole spine.
        unusual: The numbers outside their usual range, by level.
        missing: Why some measurements have no value.
        provenance: Where everything comes from.
        doubts: Why some of it may be wrong.
    """

    subject: str
    simulated: bool
    examination: Examination
    discs: tuple[DiscView, ...]
    captions: tuple[str, ...]
    tables: tuple[Table, ...]
    spine_lines: tuple[Line, ...]
    unusual: tuple[tuple[str, str], ...]
    missing: tuple[Reason, ...]
    provenance: dict[str, str]
    doubts: tuple[str, ...]

    @property
    def banner(self) -> str:
        """Stands on every page."""
        return BANNER


def sheet_of(
    examination: Examination,
    measurements: Iterable[Measurement],
    *,
    subject: str,
    simulated: bool,
) -> Sheet:
    """Return what stands on the page, before it is laid out."""
    measurements = tuple(measurements)
    spine, found = examination.spine, index(measurements)
    discs = _views(examination)
    return Sheet(
        subject=subject,
        simulated=simulated,
        examination=examination,
        discs=discs,
        captions=tuple(_caption(found, view.disc) for view in discs),
        tables=tuple(t for t in _tables(spine, found) if t.columns),
        spine_lines=lines(found),
        unusual=unusual(measurements),
        missing=reasons(measurements),
        provenance=_provenance(examination),
        doubts=tuple(dict.fromkeys((*spine_doubts(spine), *doubts_in(measurements)))),
    )


def _views(examination: Examination) -> tuple[DiscView, ...]:
    views = []
    for disc in examination.spine.levels:
        try:
            views.append(disc_view(examination, disc))
        except NotMeasurable:
            continue
    return tuple(views)


def _tables(spine: Spine, found: dict[Key, Measurement]) -> Sequence[Table]:
    bones: list[Vertebra] = [disc.upper for disc in spine.levels]
    return (
        table("Discs, canal and joints", DISC_COLUMNS, spine.levels, found),
        table("Vertebrae", BONE_COLUMNS, bones, found),
        table("Muscles: right / left", muscle_columns(), spine.levels, found),
    )


def _caption(found: dict[Key, Measurement], disc: Disc) -> str:
    """The numbers beneath the picture of a disc, with their units."""
    parts = []
    for name, words in (
        ("disc_height_mm", "height {}"),
        ("disc_bulge_mean_mm", "bulge mean {}"),
        ("disc_bulge_max_mm", "largest {}"),
        ("listhesis_mm", "slip {}"),
    ):
        item = found.get((name, disc, None, None))
        if item is not None and item.value is not None:
            parts.append(words.format(f"{figure(item).text} mm"))
    return ", ".join(parts)


def _provenance(examination: Examination) -> dict[str, str]:
    spine = examination.spine
    by_name = spine.numbering is Numbering.ANATOMICAL
    told = {
        "Segmentation": spine.scheme or "not named",
        "Names of the levels": "anatomical"
        if by_name
        else f"counted from the bottom: {spine.assumption or 'no assumption stated'}",
        "Names by shape": _names_by_shape(spine),
        "Sagittal T2": _grid(examination.t2),
        "Sagittal T1": _grid(examination.t1),
        "Axial T2": f"{len(examination.axial)} stacks" if examination.axial else "none",
        "Muscles": f"{len(examination.muscles)} series"
        if examination.muscles
        else "none",
        "lbp-outcome": __version__,
    }
    return {name: text for name, text in told.items() if text}


def _names_by_shape(spine: Spine) -> str:
    """What the shapes of the vertebrae say of their names, and how surely."""
    try:
        opinion = numbering(spine)
    except NotMeasurable:
        return ""
    span = f"{opinion.names[0]} to {opinion.names[-1]}"
    sure = f"{span} most likely, probability {opinion.confidence:.2f}"
    return "; ".join([sure, *opinion.flags])


def _grid(image: Image | None) -> str:
    """Voxel size and number of slices: `4.4 x 0.6 x 0.6 mm, 16 x 448 x 448 voxels`."""
    if image is None:
        return "none"
    size = " x ".join(f"{side:.2g}" for side in image.spacing_mm)
    return f"{size} mm, {' x '.join(map(str, image.values.shape))} voxels"
