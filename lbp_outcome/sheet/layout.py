"""Which numbers stand in which column of a measurement sheet."""

from lbp_outcome.anatomy import LUMBAR_MUSCLES, Border, Muscle
from lbp_outcome.sheet.contents import RIGHT_LEFT, Column, Pick, both

DISC_COLUMNS = (
    Column(
        title="Height: front / mean / back",
        unit="mm",
        picks=(
            Pick(name="disc_height_anterior_mm"),
            Pick(name="disc_height_mm"),
            Pick(name="disc_height_posterior_mm"),
        ),
    ),
    Column(title="Height index", picks=(Pick(name="dhi_mean"),)),
    Column(title="Pfirrmann proxy", picks=(Pick(name="pfirrmann_proxy_grade"),)),
    Column(title="Disc / CSF signal", picks=(Pick(name="disc_csf_signal_ratio"),)),
    Column(
        title="Bulge: mean / largest",
        unit="mm",
        picks=(
            Pick(name="disc_bulge_mean_mm"),
            Pick(name="disc_bulge_max_mm", remarked=True),
        ),
    ),
    Column(title="Herniation proxy", picks=(Pick(name="herniation_proxy_grade"),)),
    Column(title="Slip", unit="mm", picks=(Pick(name="listhesis_mm"),)),
    Column(title="Canal area", unit="mm²", picks=(Pick(name="canal_area_mm2"),)),
    Column(title="Canal depth", unit="mm", picks=(Pick(name="canal_ap_mm"),)),
    Column(title="Stenosis proxy", picks=(Pick(name="stenosis_lee_proxy_grade"),)),
    Column(
        title="Modic-like: above / below",
        picks=tuple(Pick(name="modic_type", part=part) for part in Border),
    ),
    Column(title="Foramen: right / left", unit="mm²", picks=both("foramen_area_mm2")),
    Column(
        title="Foramen proxy: right / left",
        picks=both("foraminal_stenosis_proxy_grade"),
    ),
    Column(title="Facet angle: right / left", unit="°", picks=both("facet_angle_deg")),
)

BONE_COLUMNS = (
    Column(
        title="Height: front / middle / back",
        unit="mm",
        picks=(
            Pick(name="body_height_anterior_mm"),
            Pick(name="body_height_middle_mm"),
            Pick(name="body_height_posterior_mm"),
        ),
    ),
    Column(title="Genant-like grade", picks=(Pick(name="genant_grade"),)),
)


def muscle_columns() -> tuple[Column, ...]:
    """Return size and fat of each muscle, right and left."""
    return tuple(
        column
        for muscle in LUMBAR_MUSCLES
        for column in (
            _of_muscle(muscle, "area", "cm²", "muscle_area_cm2"),
            _of_muscle(muscle, "fat", "%", "muscle_fat_gmm2_percent"),
        )
    )


def _of_muscle(muscle: Muscle, what: str, unit: str, name: str) -> Column:
    picks = tuple(Pick(name=name, side=side, part=muscle) for side in RIGHT_LEFT)
    title = muscle.replace("_", " ").capitalize()
    return Column(title=f"{title}: {what}", unit=unit, picks=picks)
