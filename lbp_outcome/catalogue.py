"""The image features of the literature, and which measurements carry them.

The features, their order and their evidence follow a systematic review of MRI features
in low back pain (doi:10.1007/s00586-023-07602-x), as far as public pages quote it.
Evidence agreement (EA) is the share of the included studies that found a relation with
low back pain. It says nothing about the outcome of surgery, which stands by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from textwrap import wrap

WIDTH = 100
"""Columns of the printed table."""

INDENT = " " * 6
NAME_WIDTH = 38

NOTE = (
    "EA: evidence agreement, the share of the studies in a systematic review "
    "(doi:10.1007/s00586-023-07602-x) that found a relation with LOW BACK PAIN. It is "
    "not about the outcome of surgery; what is known about that after surgery for "
    "lumbar stenosis stands in the line 'surgery'. A dash means that no percentage "
    "is public: the review found mixed or inconclusive evidence, or does not list the "
    "feature. All relations are associations in groups."
)


class Category(StrEnum):
    """Where a feature lies."""

    DISCOGENIC = "discogenic"
    NEUROGENIC = "neurogenic"
    OSSEOUS = "osseous"
    FACETOGENIC = "facetogenic"
    PARASPINAL = "paraspinal"
    EXTRA = "beyond the review"


class Status(StrEnum):
    """How the toolkit answers for a feature."""

    QUANTIFIED = "quantified"
    PROXY = "proxy"
    READER_GRADED = "reader-graded"
    NOT_VISIBLE = "not visible here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One image feature of the literature.

    Attributes:
        id: Short name for tables.
        name: What radiologists call it.
        category: Where it lies.
        status: `quantified` by a length, angle, area or ratio that defines it; `proxy`
            where a number stands in for what a reader would grade; `reader-graded`
            where only a reader can tell; `not visible here` where these images do not
            show it.
        measurements: Names on the shelf of measurements that carry it.
        agreement_percent: Studies that found a relation with low back pain, or None
            where no percentage is public [%].
        agreement_note: What is uncertain about that number, or empty.
        surgery: What is known about the outcome of surgery for stenosis, or empty.
    """

    id: str
    name: str
    category: Category
    status: Status
    measurements: tuple[str, ...] = ()
    agreement_percent: int | None = None
    agreement_note: str = ""
    surgery: str = ""


UNKNOWN = "mixed or inconclusive evidence; which of the two was not found"
ANY_HERNIATION = (
    "herniation_proxy_grade",
    "herniation_depth_mm",
    "herniation_base_mm",
    "herniation_ratio",
    "herniation_migration_mm",
)
MODIC = (
    "modic_type",
    "modic_index",
    "modic_extent_percent",
    "modic_height_percent",
    "modic_t1_z",
    "modic_t2_z",
)

FEATURES: tuple[Feature, ...] = (
    Feature(
        id="pfirrmann",
        name="Pfirrmann grade",
        category=Category.DISCOGENIC,
        status=Status.PROXY,
        measurements=(
            "pfirrmann_proxy_grade",
            "disc_csf_signal_ratio",
            "disc_heterogeneity_ratio",
            "disc_contrast_ratio",
            "disc_signal_to_brightest_ratio",
        ),
        agreement_percent=67,
        surgery="grade 4 or 5: OR 0.54 (0.34 to 0.88) for 30 % better ODI "
        "(NORDSTEN, n = 437, abstract)",
    ),
    Feature(
        id="black_disc",
        name="Black disc",
        category=Category.DISCOGENIC,
        status=Status.PROXY,
        measurements=("black_disc_proxy_grade", "disc_csf_signal_ratio"),
        agreement_note=UNKNOWN,
    ),
    Feature(
        id="disc_narrowing",
        name="Disc narrowing",
        category=Category.DISCOGENIC,
        status=Status.QUANTIFIED,
        measurements=(
            "disc_height_mm",
            "disc_height_anterior_mm",
            "disc_height_posterior_mm",
            "disc_height_ratio_above",
            "dhi_mean",
            "dhi_farfan",
            "dhi_three_point",
        ),
        agreement_percent=67,
    ),
    Feature(
        id="disc_bulging",
        name="Disc bulging",
        category=Category.DISCOGENIC,
        status=Status.QUANTIFIED,
        measurements=(
            "disc_bulge_mean_mm",
            "disc_bulge_max_mm",
            "disc_bulge_angle_deg",
            "disc_bulge_anterior_mm",
            "disc_bulge_left_mm",
            "disc_bulge_posterior_mm",
            "disc_bulge_right_mm",
        ),
        agreement_percent=0,
    ),
    Feature(
        id="annular_fissure",
        name="Annular fissure, high-intensity zone",
        category=Category.DISCOGENIC,
        status=Status.READER_GRADED,
        agreement_percent=31,
        agreement_note="quoted for the high-intensity zone; one page counts the "
        "annular fissure as a feature of its own",
    ),
    Feature(
        id="herniation",
        name="Disc herniation (any)",
        category=Category.NEUROGENIC,
        status=Status.PROXY,
        measurements=ANY_HERNIATION,
        agreement_percent=100,
    ),
    Feature(
        id="protrusion",
        name="Disc protrusion",
        category=Category.NEUROGENIC,
        status=Status.PROXY,
        measurements=("herniation_proxy_grade", "herniation_ratio"),
        agreement_percent=0,
    ),
    Feature(
        id="extrusion",
        name="Disc extrusion",
        category=Category.NEUROGENIC,
        status=Status.PROXY,
        measurements=(
            "herniation_proxy_grade",
            "herniation_ratio",
            "herniation_migration_mm",
        ),
        agreement_percent=100,
    ),
    Feature(
        id="flavum",
        name="Ligamentum flavum hypertrophy",
        category=Category.NEUROGENIC,
        status=Status.QUANTIFIED,
        measurements=("ligamentum_flavum_mm",),
        agreement_percent=100,
    ),
    Feature(
        id="synovial_cyst",
        name="Synovial cyst",
        category=Category.NEUROGENIC,
        status=Status.READER_GRADED,
        agreement_note=UNKNOWN,
    ),
    Feature(
        id="central_stenosis",
        name="Central canal stenosis",
        category=Category.NEUROGENIC,
        status=Status.QUANTIFIED,
        measurements=(
            "canal_area_mm2",
            "canal_ap_mm",
            "canal_width_mm",
            "canal_volume_mm3",
            "canal_ap_to_width_ratio",
            "canal_ap_to_pedicle_ratio",
            "canal_area_to_pedicle_ratio",
            "canal_pedicle_ap_mm",
            "canal_pedicle_area_mm2",
            "canal_disc_bulge_mm",
            "canal_disc_bulge_ratio",
            "sac_disc_ap_ratio",
            "sac_disc_area_ratio",
            "csf_fraction",
            "csf_anterior_fraction",
            "csf_mean_ratio",
            "stenosis_lee_proxy_grade",
            "stenosis_severe_probability",
            "stenosis_level_count",
        ),
        agreement_percent=70,
        surgery="no or a weak relation: Schizas grade (n = 155, abstract); area of the "
        "dural sac (NORDSTEN, abstract)",
    ),
    Feature(
        id="foraminal_stenosis",
        name="Foraminal stenosis",
        category=Category.NEUROGENIC,
        status=Status.PROXY,
        measurements=(
            "foraminal_stenosis_proxy_grade",
            "foramen_area_mm2",
            "foramen_height_mm",
            "foramen_width_mm",
            "foraminal_fat_fraction",
        ),
        agreement_percent=33,
    ),
    Feature(
        id="nerve_compression",
        name="Nerve compression",
        category=Category.NEUROGENIC,
        status=Status.PROXY,
        measurements=("recess_depth_mm", "foraminal_fat_fraction"),
        agreement_percent=100,
    ),
    Feature(
        id="epidural_fat",
        name="Epidural fat (lipomatosis)",
        category=Category.NEUROGENIC,
        status=Status.QUANTIFIED,
        measurements=(
            "epidural_fat_area_mm2",
            "epidural_fat_depth_mm",
            "epidural_fat_to_canal_percent",
        ),
        agreement_note=UNKNOWN,
    ),
    Feature(
        id="modic_any",
        name="Modic changes (any)",
        category=Category.OSSEOUS,
        status=Status.PROXY,
        measurements=MODIC,
        agreement_percent=67,
    ),
    Feature(
        id="modic_1",
        name="Modic type I",
        category=Category.OSSEOUS,
        status=Status.PROXY,
        measurements=MODIC,
        agreement_percent=100,
    ),
    Feature(
        id="modic_2",
        name="Modic type II",
        category=Category.OSSEOUS,
        status=Status.PROXY,
        measurements=MODIC,
        agreement_percent=33,
    ),
    Feature(
        id="modic_3",
        name="Modic type III",
        category=Category.OSSEOUS,
        status=Status.PROXY,
        measurements=MODIC,
        agreement_percent=0,
    ),
    Feature(
        id="endplate_defects",
        name="Endplate defects, Schmorl nodes",
        category=Category.OSSEOUS,
        status=Status.QUANTIFIED,
        measurements=(
            "endplate_defect_area_mm2",
            "endplate_depth_mm",
            "endplate_roughness_mm",
            "endplate_concavity_mm",
        ),
        agreement_percent=67,
        agreement_note="67 % on one public page, 75 % on another; the paper decides",
    ),
    Feature(
        id="spondylolisthesis",
        name="Spondylolisthesis",
        category=Category.OSSEOUS,
        status=Status.QUANTIFIED,
        measurements=(
            "listhesis_mm",
            "listhesis_percent",
            "listhesis_lateral_mm",
            "meyerding_grade",
        ),
        agreement_note=UNKNOWN,
    ),
    Feature(
        id="spondylolysis",
        name="Spondylolysis",
        category=Category.OSSEOUS,
        status=Status.PROXY,
        measurements=("wide_canal_ratio",),
        agreement_note=UNKNOWN,
    ),
    Feature(
        id="osteomyelitis",
        name="Osteomyelitis",
        category=Category.OSSEOUS,
        status=Status.PROXY,
        measurements=("infection_red_flag",),
        agreement_note=UNKNOWN + ". A red flag only: refer, never predict",
    ),
    Feature(
        id="infarction",
        name="Bone infarction",
        category=Category.OSSEOUS,
        status=Status.READER_GRADED,
        agreement_note=UNKNOWN,
    ),
    Feature(
        id="facet_tropism",
        name="Facet tropism",
        category=Category.FACETOGENIC,
        status=Status.QUANTIFIED,
        measurements=("facet_angle_deg", "facet_tropism_deg"),
        agreement_note=UNKNOWN,
        surgery="no relation in the primary analysis (NORDSTEN, n = 437, abstract)",
    ),
    Feature(
        id="facet_arthrosis",
        name="Facet arthrosis",
        category=Category.FACETOGENIC,
        status=Status.PROXY,
        measurements=("facet_space_mm",),
        agreement_note=UNKNOWN,
    ),
    Feature(
        id="facet_fluid",
        name="Facet fluid sign",
        category=Category.FACETOGENIC,
        status=Status.QUANTIFIED,
        measurements=("facet_fluid_mm", "facet_effusion"),
        agreement_percent=25,
    ),
    Feature(
        id="facet_hypertrophy",
        name="Facet hypertrophy",
        category=Category.FACETOGENIC,
        status=Status.PROXY,
        measurements=("facet_hypertrophy_ratio", "facet_thickness_mm"),
        agreement_note=UNKNOWN,
    ),
    Feature(
        id="muscle_fat",
        name="Muscle fat infiltration",
        category=Category.PARASPINAL,
        status=Status.QUANTIFIED,
        measurements=(
            "muscle_fat_dixon_percent",
            "muscle_fat_gmm2_percent",
            "muscle_fat_gmm3_percent",
            "muscle_lumbar_fat_dixon_percent",
            "muscle_fat_z",
            "muscle_goutallier_grade",
        ),
        agreement_percent=67,
        surgery="success 59.9 % with severe (50 % or more) and 76.5 % with less fat in "
        "the multifidus (n = 149, abstract)",
    ),
    Feature(
        id="muscle_area",
        name="Muscle cross-sectional area",
        category=Category.PARASPINAL,
        status=Status.QUANTIFIED,
        measurements=(
            "muscle_area_cm2",
            "muscle_lean_area_cm2",
            "muscle_area_to_disc_ratio",
            "muscle_asymmetry_percent",
            "muscle_volume_cm3",
        ),
        agreement_note=UNKNOWN,
        surgery="least improvement with a small psoas or multifidus (one study)",
    ),
    Feature(
        id="redundant_roots",
        name="Redundant nerve roots",
        category=Category.EXTRA,
        status=Status.PROXY,
        measurements=("root_tortuosity_index",),
        surgery="better recovery with tortuous roots (P < .01, n = 155, abstract)",
    ),
    Feature(
        id="fat_absent",
        name="Posterior epidural fat absent",
        category=Category.EXTRA,
        status=Status.PROXY,
        measurements=("epidural_fat_absent",),
        surgery="better recovery without fat (P = .03, n = 155, abstract)",
    ),
    Feature(
        id="curves",
        name="Lordosis and scoliosis, lying",
        category=Category.EXTRA,
        status=Status.QUANTIFIED,
        measurements=(
            "lumbar_lordosis_deg",
            "lumbar_lordosis_l1_l5_deg",
            "lumbar_lordosis_l4_s1_deg",
            "segmental_lordosis_deg",
            "disc_wedge_deg",
            "cobb_deg",
        ),
        surgery="worse with scoliosis",
    ),
    Feature(
        id="fracture",
        name="Vertebral shape and fracture",
        category=Category.EXTRA,
        status=Status.PROXY,
        measurements=(
            "genant_grade",
            "body_height_anterior_mm",
            "body_height_middle_mm",
            "body_height_posterior_mm",
            "body_height_loss_percent",
            "body_wedge_ratio",
            "body_biconcave_ratio",
            "body_crush_ratio",
        ),
    ),
    Feature(
        id="bone_quality",
        name="Vertebral bone quality",
        category=Category.EXTRA,
        status=Status.PROXY,
        measurements=("vbq_t1_ratio", "vbq_t2_ratio"),
    ),
    Feature(
        id="size",
        name="Size of vertebrae and discs",
        category=Category.EXTRA,
        status=Status.QUANTIFIED,
        measurements=(
            "body_depth_mm",
            "body_width_mm",
            "body_volume_cm3",
            "disc_volume_mm3",
            "disc_area_mm2",
            "disc_depth_mm",
            "disc_width_mm",
        ),
    ),
)
"""Every feature of the review, in its order, and after them those of our own."""


def features_carrying(measurement: str) -> tuple[Feature, ...]:
    """Return the features that a measurement carries."""
    return tuple(item for item in FEATURES if measurement in item.measurements)


def catalogue_table() -> str:
    """Return the features as a plain table, at most 100 columns wide."""
    lines = [*_heading()]
    for category in Category:
        found = [item for item in FEATURES if item.category is category]
        if found:
            lines += ["", f"{category.upper()} ({len(found)})"]
            lines += [line for item in found for line in _entry(item)]
    return "\n".join([*lines, "", *wrap(NOTE, WIDTH)]) + "\n"


def _heading() -> Iterator[str]:
    reviewed = sum(item.category is not Category.EXTRA for item in FEATURES)
    yield f"{reviewed} features of the review, {len(FEATURES) - reviewed} of our own"
    yield ""
    yield f"{'feature':{NAME_WIDTH}}  {'EA':>5}  how it is answered here"
    yield "-" * WIDTH


def _entry(item: Feature) -> Iterator[str]:
    percent = item.agreement_percent
    agreement = "-" if percent is None else f"{percent} %"
    yield f"  {item.name:{NAME_WIDTH - 2}}  {agreement:>5}  {item.status}"
    for title, text in (
        ("", ", ".join(item.measurements)),
        ("EA: ", item.agreement_note),
        ("surgery: ", item.surgery),
    ):
        if text:
            yield from wrap(
                title + text,
                WIDTH,
                initial_indent=INDENT,
                subsequent_indent=INDENT + "  ",
                break_on_hyphens=False,
            )
