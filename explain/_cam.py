"""Class activation maps of a network's level encoder, on the voxels of the crops."""

from dataclasses import replace

import numpy as np
from captum.attr import LayerAttribution, LayerGradCam
from jaxtyping import Float32
from torch import Tensor

from lbp_outcome.anatomy import Disc
from lbp_outcome.batch import Batch, ImageModel, ImageNetwork, to_batch
from lbp_outcome.contracts import FittedModel, FoldData, ImageExplanation
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.view import CohortView, PatientImages


def activation_maps(
    model: FittedModel, data: FoldData, *, sign: int
) -> ImageExplanation:
    """Return where the network's feature maps push its log-odds up or down.

    Each map of the level encoder is weighed by how much the log-odds would change if
    it were stronger; their sum is kept where it has the wanted sign, and stretched
    over the voxels of the crop. All levels in one pass.

    Args:
        model: A fitted model with a network (`ImageModel`).
        data: Holds the one patient to explain as its held-out patient.
        sign: 1 for what raises the log-odds, -1 for what lowers them.

    Raises:
        InvalidChoice: Not exactly one patient is held out, or the model has no such
            network.
    """
    view = data.held_out
    if len(view) != 1:
        raise InvalidChoice(f"A heat map is of one patient at a time, not {len(view)}.")
    if not isinstance(model, ImageModel):
        raise InvalidChoice("This model looks at no image; explain its table instead.")
    model.predict(data)  # refuses crops or predictors that the model does not know
    images = view.images.get(view.patients[0], PatientImages())
    maps = _maps(model.network, view, images, sign)
    return ImageExplanation(maps=_on_one_scale(maps), images=images)


def _maps(
    network: ImageNetwork, view: CohortView, images: PatientImages, sign: int
) -> dict[Disc, np.ndarray]:
    if not any(level in images.levels for level in view.levels):
        return {}
    wanted = (sign * _evidence(network, to_batch(view))).clamp(min=0)
    pairs = zip(view.levels, wanted.double().numpy(), strict=True)
    return {level: values for level, values in pairs if level in images.levels}


def _evidence(
    network: ImageNetwork, batch: Batch
) -> Float32[Tensor, "level left posterior superior"]:
    """Weighted sums of the feature maps per level, on the voxels of the crops."""

    def log_odds(crops: Tensor) -> Tensor:
        return network(replace(batch, crops=crops))

    crops = batch.crops.clone().requires_grad_()
    cam = LayerGradCam(log_odds, network.level_features)
    coarse = cam.attribute(crops).detach()
    shape = tuple(crops.shape[3:])
    fine = LayerAttribution.interpolate(coarse, shape, interpolate_mode="trilinear")
    evidence: Tensor = fine.squeeze(1)
    return evidence


def _on_one_scale(maps: dict[Disc, np.ndarray]) -> dict[Disc, np.ndarray]:
    largest = max((values.max() for values in maps.values()), default=0.0)
    return {
        level: values / largest if largest > 0 else values
        for level, values in maps.items()
    }
