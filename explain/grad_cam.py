"""Grad-CAM: where the network sees something that raises the predicted probability."""

from explain import EXPLANATIONS
from explain._networks import looks_at_levels
from lbp_outcome.contracts import (
    FittedModel,
    FoldData,
    ImageExplanation,
    ImageExplanationMethod,
)


def attribute(model: FittedModel, data: FoldData) -> ImageExplanation:
    """Return where the network sees something that raises the log-odds.

    Bright always means `raises`, also for a patient with a low probability, so that
    colours mean the same in all patients. A patient in whom nothing raises it has an
    empty map: see `grad_cam_lowers`. The map is as coarse as the network's last layer
    (some 4 x 8 x 8 voxels) and shows association in the training patients, not cause.

    Raises:
        InvalidChoice: Not exactly one patient is held out, or the model has no network.
    """
    from explain._cam import activation_maps  # loads torch and captum

    return activation_maps(model, data, sign=1)


GRAD_CAM = EXPLANATIONS.add(
    ImageExplanationMethod(
        name="grad_cam",
        attribute=attribute,
        suits=looks_at_levels,
        direction="raises",
        shows="What the network sees in bright regions raises the probability.",
        reference="doi:10.1109/ICCV.2017.74",
    )
)
