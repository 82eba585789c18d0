"""Grad-CAM: where the network sees something that lowers the predicted probability."""

from explain import EXPLANATIONS
from explain._networks import looks_at_levels
from lbp_outcome.contracts import (
    FittedModel,
    FoldData,
    ImageExplanation,
    ImageExplanationMethod,
)


def attribute(model: FittedModel, data: FoldData) -> ImageExplanation:
    """Return where the network sees something that lowers the log-odds.

    The counterfactual map of the Grad-CAM paper. Where the outcome is a success, a
    finding that speaks against it shows here and not in `grad_cam`. Each map has its
    own scale: brightness cannot be compared between the two. Where it is the lack of a
    finding that lowers the probability, the map is spread out: an absence has no place.

    Raises:
        InvalidChoice: Not exactly one patient is held out, or the model has no network.
    """
    from explain._cam import activation_maps  # loads torch and captum

    return activation_maps(model, data, sign=-1)


GRAD_CAM_LOWERS = EXPLANATIONS.add(
    ImageExplanationMethod(
        name="grad_cam_lowers",
        attribute=attribute,
        suits=looks_at_levels,
        direction="lowers",
        shows="What the network sees in bright regions lowers the probability.",
        reference="doi:10.1109/ICCV.2017.74",
    )
)
