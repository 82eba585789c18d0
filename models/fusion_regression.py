"""The fusion network for an outcome that is a number, such as leg pain.

Any of them may be missing. See docs/fusion.md.
"""

from pathlib import Path

from lbp_outcome.contracts import FoldData, ModelRecipe, Settings
from models import MODELS
from models._fusion.fitted import FittedFusion, fit_fusion, load_fusion


def fit(data: FoldData, settings: Settings, seed: int) -> FittedFusion:
    """Fit a penalised regression, then train a network on what it missed.

    Raises:
        InvalidChoice: The outcome cannot be learned from, a crop is no image that the
            encoder knows, or it is to be trained and the data come in no batches.
        UnknownName: A setting it does not have.
    """
    return fit_fusion(
        data, settings, seed, model="fusion_regression", kind="continuous"
    )


def load(folder: Path) -> FittedFusion:
    """Read back what was saved.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged, or another
            encoder is shipped here.
    """
    return load_fusion(folder, "fusion_regression")


FUSION_REGRESSION = MODELS.add(
    ModelRecipe(
        name="fusion_regression",
        data="multimodal",
        fit=fit,
        load=load,
        predicts="continuous",
        grid=({"penalty": 100.0},),
        sees_images=True,
        pretrained=True,
        reference="doi:10.48550/arXiv.1802.04712",
    )
)
