"""Where in one patient's MR image a network looked, with its sanity check."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explain import EXPLANATIONS
from explain._sanity import SanityCheck, weight_randomisation
from lbp_outcome.anatomy import Disc
from lbp_outcome.contracts import ImageExplanation, ImageExplanationMethod
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.level_crop import paste_onto
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image, write_image
from lbp_outcome.patient_files import PatientFiles
from lbp_outcome.study.explanation.heat_map_panel import HeatMapPanel, draw_panel
from lbp_outcome.study.outcome_model import ModelCard, OutcomeModel
from lbp_outcome.study.rows import PatientRow


@dataclass(frozen=True, eq=False, kw_only=True)
class FoundHeatMap:
    """A heat map in patient space.

    Attributes:
        method: The explanation that made it.
        t2: The image that was explained.
        heat: The map on the voxels of `t2`, from 0 to 1.
        share: Share of the map at each level; all zero for an empty map.
        places: Centre of each disc in patient space [mm].
        sanity: What the map does when the network's weights are randomised.
        patient: Pseudonym.
    """

    method: ImageExplanationMethod
    t2: Image
    heat: Image
    share: dict[Disc, float]
    places: dict[Disc, np.ndarray]
    sanity: SanityCheck
    patient: str

    @property
    def level(self) -> str:
        """The disc level with most of the map; empty for an empty map."""
        if not any(self.share.values()):
            return ""
        return str(max(self.share, key=lambda disc: self.share[disc]))

    @property
    def picture(self) -> str:
        """File name of the panel."""
        return f"heat_map_{self.method.name}.png"

    @property
    def volume(self) -> str:
        """File name of the map in patient space."""
        return f"heat_map_{self.method.name}.nii.gz"


def heat_maps_of(
    model: OutcomeModel, row: PatientRow, files: PatientFiles, seed: int = 0
) -> tuple[FoundHeatMap, ...]:
    """Explain one patient's image by every method that suits the model.

    Args:
        model: Any model; one that sees no image has no map.
        row: The patient as the model sees them.
        files: The patient's images.
        seed: Seed of the randomised weights.
    """
    images = row.view.images.get(row.view.patients[0])
    if images is None or not images.levels or files.t2 is None:
        return ()
    methods = [
        method
        for method in EXPLANATIONS.values()
        if isinstance(method, ImageExplanationMethod) and method.suits(model.fitted)
    ]
    if not methods:
        return ()
    t2 = read_image(files.t2)
    places = _places(files, list(images.levels))
    return tuple(_heat_map(method, model, row, t2, places, seed) for method in methods)


def draw_heat_map(found: FoundHeatMap, folder: Path, card: ModelCard) -> None:
    """Write the map as NIfTI and as a panel over the T2 image.

    Args:
        found: The map.
        folder: Where to write it.
        card: Card of the model, for the caption.
    """
    write_image(folder / found.volume, found.heat)
    panel = HeatMapPanel(
        t2=found.t2,
        heat=found.heat,
        places={str(disc): place for disc, place in found.places.items()},
        shares={str(disc): share for disc, share in found.share.items()},
        top=found.level,
        title=f"{found.patient}: where {card.name} looked ({found.method.name})",
        caption=f"{found.method.shows} {found.sanity.statement}",
        simulated=card.simulated,
    )
    (folder / found.picture).write_bytes(draw_panel(panel))


def _heat_map(
    method: ImageExplanationMethod,
    model: OutcomeModel,
    row: PatientRow,
    t2: Image,
    places: dict[Disc, np.ndarray],
    seed: int,
) -> FoundHeatMap:
    data = model.data(row.view)
    found = method.attribute(model.fitted, data)
    return FoundHeatMap(
        method=method,
        t2=t2,
        heat=paste_onto(found.maps, found.images.levels, t2),
        share=_share(found),
        places=places,
        sanity=weight_randomisation(method, model.fitted, data, seed),
        patient=row.view.patients[0],
    )


def _share(found: ImageExplanation) -> dict[Disc, float]:
    total = sum(float(values.sum()) for values in found.maps.values())
    return {
        disc: float(values.sum()) / total if total else 0.0
        for disc, values in found.maps.items()
    }


def _places(files: PatientFiles, discs: list[Disc]) -> dict[Disc, np.ndarray]:
    if files.segmentation is None:
        return {}
    spine = files.segmentation.read()
    places = {}
    for disc in discs:
        try:
            places[disc] = disc_frame(spine, disc).origin
        except NotMeasurable:
            continue
    return places
