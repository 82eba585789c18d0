"""MRI levels, radiograph and table in one small network; any of them may be missing."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from scipy.special import expit, logit

from lbp_outcome.batch import CROP_SHAPE, Batch, Batches, to_batch
from lbp_outcome.contracts import FoldData, ModelRecipe, Predictions, Settings
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.io.atomic import atomic_file
from lbp_outcome.view import CohortView, Predictor
from models import MODELS
from models._fusion.network import FusionNetwork
from models._fusion.settings import FusionSettings
from models._outcome import binary_outcome
from models._predictors import expect
from models._preparation import TablePreparation
from models._saved import SavedModel
from models._settings import read_settings

WEIGHTS = "weights.safetensors"
AT_ONCE = 16
"""Patients predicted together: bounds the memory, changes no result."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedFusion:
    """The trained network, and what it was trained on.

    Attributes:
        predictors: Columns of the table it was fitted on.
        network: On the CPU and in evaluation mode.
    """

    predictors: tuple[Predictor, ...]
    network: FusionNetwork

    @property
    def typical(self) -> Float[np.ndarray, " predictors"]:
        """Median of each predictor over the training patients."""
        return self.network.table.median.double().numpy()

    def predict(self, data: FoldData) -> Predictions:
        """Return the probability of the outcome for each held-out patient.

        Raises:
            InvalidChoice: The patients have other predictors or crops than the model.
        """
        view = data.held_out
        expect(self.predictors, view.predictors)
        starts = range(0, len(view), AT_ONCE)
        logits = [
            self._logits(view, range(start, min(start + AT_ONCE, len(view))))
            for start in starts
        ]
        probabilities: np.ndarray = expit(np.concatenate([np.empty(0), *logits]))
        return probabilities

    def save(self, folder: Path) -> None:
        """Write the weights as safetensors and a card beside them."""
        with atomic_file(Path(folder) / WEIGHTS) as path:
            save_file(self.network.state_dict(), path)
        fitted = {
            "settings": asdict(self.network.settings),
            "crop_shape": self.network.crop_shape,
        }
        card = SavedModel(model="fusion", predictors=self.predictors, fitted=fitted)
        card.write(folder)

    def _logits(self, view: CohortView, rows: range) -> np.ndarray:
        batch = to_batch(view, rows)
        _expect_crops(self.network, batch)
        with torch.inference_mode():
            logits: np.ndarray = self.network(batch).double().numpy()
        return logits


def fit(data: FoldData, settings: Settings, seed: int) -> FittedFusion:
    """Train the network on `data.train`, starting from the base rate.

    Needs a data module that hands out batches (`multimodal`).

    Raises:
        InvalidChoice: The outcome cannot be learned from, or the data module hands out
            no batches.
        UnknownName: A setting it does not have.
    """
    from models._fusion.training import train  # Lightning is not needed to predict

    chosen = read_settings(FusionSettings, settings)
    network = _fresh(data.train, chosen, seed)
    if not isinstance(data, Batches):
        raise InvalidChoice(
            "fusion learns in batches: use the 'multimodal' data module."
        )
    train(network, data, seed)
    return FittedFusion(predictors=data.train.predictors, network=network)


def load(folder: Path) -> FittedFusion:
    """Read back what was saved.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged.
    """
    card = SavedModel.read(folder, "fusion")
    try:
        settings = read_settings(FusionSettings, card.fitted["settings"])
        shape = tuple(int(voxels) for voxels in card.fitted["crop_shape"])
        network = FusionNetwork(len(card.predictors), settings, shape)
        network.load_state_dict(load_file(Path(folder) / WEIGHTS))
    except (KeyError, OSError, RuntimeError, SafetensorError):
        raise UnreadableFile(
            f"{folder}: {WEIGHTS} does not fit the model's card; it is damaged or of "
            f"another version."
        ) from None
    return FittedFusion(predictors=card.predictors, network=network.eval())


def _expect_crops(network: FusionNetwork, batch: Batch) -> None:
    looks = bool(network.known[0]) and bool(batch.level_present.any())
    expected, seen = network.crop_shape, tuple(batch.crops.shape[3:])
    if looks and seen != expected:
        raise InvalidChoice(
            f"The model was fitted on crops of {expected} voxels, these have {seen}; "
            f"prepare them with the same settings."
        )


def _fresh(train: CohortView, settings: FusionSettings, seed: int) -> FusionNetwork:
    """Return an untrained network that predicts the base rate when it sees nothing."""
    batch, outcome = to_batch(train), binary_outcome(train)
    crops = batch.level_present.any()
    shape = tuple(batch.crops.shape[3:]) if crops else CROP_SHAPE
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = FusionNetwork(len(train.predictors), settings, shape)
    preparation = TablePreparation.learn(train.table)
    network.prepare(batch, preparation, float(logit(outcome.mean())))
    return network


FUSION = MODELS.add(
    ModelRecipe(
        name="fusion",
        data="multimodal",
        fit=fit,
        load=load,
        sees_images=True,
        reference="doi:10.48550/arXiv.1802.04712",
    )
)
