"""The fitted network: predicts, names the level that matters, and can be kept."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from lbp_outcome.batch import Batch, Batches, to_batch
from lbp_outcome.contracts import FoldData, OutcomeKind, Predictions, Settings
from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.io.atomic import atomic_file
from lbp_outcome.view import CohortView, PatientImages, Predictor
from models._fusion.levels import FreshLevels
from models._fusion.look import Look, Seen
from models._fusion.network import FusionNetwork
from models._fusion.remembered import shipped_look
from models._fusion.settings import FusionSettings
from models._fusion.tasks import Task, tasks_of
from models._levels.patient_numbers import two_channels
from models._levels.weights import shipped_sha256
from models._outcome import binary_outcome, continuous_outcome
from models._predictors import expect
from models._preparation import TablePreparation
from models._readings import encoder_entry, encoder_of
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
        model: Name on the shelf of models.
    """

    predictors: tuple[Predictor, ...]
    network: FusionNetwork
    model: str = "fusion"

    @property
    def typical(self) -> Float[np.ndarray, " predictors"]:
        """Median of each predictor over the training patients."""
        return self.network.of_table.median.double().numpy()

    def predict(self, data: FoldData) -> Predictions:
        """Return the probability of the outcome, or its value, for each patient.

        Raises:
            InvalidChoice: The patients have other predictors than the model, or crops
                that it does not know.
        """
        return self._predicted(data, 0)

    def companions(self, data: FoldData) -> Mapping[str, Predictions]:
        """Return the same of each companion outcome that was learned beside it.

        Raises:
            InvalidChoice: As `predict`.
        """
        return {
            task.name: self._predicted(data, place)
            for place, task in enumerate(self.network.tasks)
            if place > 0
        }

    def level_attention(self, data: FoldData) -> Float[np.ndarray, "patients levels"]:
        """Return how much each level counts in what the MRI says of a patient.

        Shares of each patient's levels add up to 1; a patient without MRI has zeros.
        Where the network looked is association, not proof that the level is to blame;
        where `network.trust` is 0 for the MRI, it moves no prediction at all.

        Raises:
            InvalidChoice: As `predict`.
        """
        votes = [self.network.votes(seen) for seen in self._seen(data)]
        found = [
            torch.stack([each.levels for each in members]).mean(dim=0)
            for members in votes
        ]
        empty = np.empty((0, len(data.held_out.levels)))
        return np.concatenate([empty, *(part.double().numpy() for part in found)])

    def save(self, folder: Path) -> None:
        """Write the weights as safetensors and a card beside them.

        What the shipped encoder holds is named by its SHA-256 sum, not copied.
        """
        with atomic_file(Path(folder) / WEIGHTS) as path:
            save_file(_own_weights(self.network), path)
        fitted: dict[str, Any] = {
            "settings": asdict(self.network.settings),
            "crop_shape": self.network.crop_shape,
            "tasks": [asdict(task) for task in self.network.tasks],
        }
        if self.network.levels.numbers:
            fitted["encoder"] = encoder_entry(shipped_sha256())
        card = SavedModel(model=self.model, predictors=self.predictors, fitted=fitted)
        card.write(folder)

    def _predicted(self, data: FoldData, task: int) -> Predictions:
        with torch.inference_mode():
            found = [self.network.outputs(seen)[:, task] for seen in self._seen(data)]
            yes_no = self.network.tasks[task].kind == "yes_no"
            values = torch.cat([torch.zeros(0), *found]).double()
            predicted: np.ndarray = (values.sigmoid() if yes_no else values).numpy()
        return predicted

    def _seen(self, data: FoldData) -> Iterator[Seen]:
        view = data.held_out
        expect(self.predictors, view.predictors)
        for first in range(0, len(view), AT_ONCE):
            part = view.take(range(first, min(first + AT_ONCE, len(view))))
            if bool(self.network.known[0]):
                _require_crops(self.network, part)
            with torch.no_grad():
                yield self.network.see_view(part)


def fit_fusion(
    data: FoldData, settings: Settings, seed: int, *, model: str, kind: OutcomeKind
) -> FittedFusion:
    """Fit the regression, then train what corrects it.

    Raises:
        InvalidChoice: The outcome cannot be learned from, a crop is no image that the
            encoder knows, or it is to be trained and the data come in no batches.
        UnknownName: A setting it does not have.
    """
    from models._fusion.training import train  # Lightning is not needed to predict

    chosen = read_settings(FusionSettings, settings)
    if chosen.encoder != "pretrained" and not isinstance(data, Batches):
        raise InvalidChoice(
            f"encoder: {chosen.encoder} learns in batches: use the 'multimodal' data "
            f"module."
        )
    network = _prepared(data.train, chosen, seed, kind)
    train(network, data, seed)
    return FittedFusion(predictors=data.train.predictors, network=network, model=model)


def load_fusion(folder: Path, model: str) -> FittedFusion:
    """Read back what was saved.

    Raises:
        UnreadableFile: The folder holds no such model, or it is damaged, or another
            encoder is shipped here.
    """
    card = SavedModel.read(folder, model)
    try:
        settings = read_settings(FusionSettings, card.fitted["settings"])
        shape = tuple(int(voxels) for voxels in card.fitted["crop_shape"])
        tasks = tuple(Task(**task) for task in card.fitted["tasks"])
        if settings.encoder != "fresh":
            encoder_of(card, folder)
        network = FusionNetwork(len(card.predictors), settings, shape, tasks)
        _take_weights(network, Path(folder) / WEIGHTS)
    except (KeyError, OSError, RuntimeError, TypeError, SafetensorError):
        raise UnreadableFile(
            f"{folder}: {WEIGHTS} does not fit the model's card; it is damaged or of "
            f"another version."
        ) from None
    return FittedFusion(predictors=card.predictors, network=network.eval(), model=model)


def _prepared(
    train: CohortView, settings: FusionSettings, seed: int, kind: OutcomeKind
) -> FusionNetwork:
    """Return an untrained network that knows what is usual in these patients."""
    (binary_outcome if kind == "binary" else continuous_outcome)(train)
    tasks = tasks_of(train, "yes_no" if kind == "binary" else "amount")
    fresh = settings.encoder == "fresh"
    batch = to_batch(train if fresh else replace(train, levels=()))
    shape = tuple(batch.crops.shape[3:])
    shipped = None if fresh else shipped_look(train)  # first: to load draws numbers
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = FusionNetwork(len(train.predictors), settings, shape, tasks)
    look = shipped or _no_look(network, batch)
    if isinstance(network.levels, FreshLevels):
        _require_crops(network, train)
        network.levels.prepare(batch.crops[batch.level_present])
    with torch.no_grad():
        seen = network.see(batch, look)
    network.prepare(seen, TablePreparation.learn(train.table))
    return network


def _no_look(network: FusionNetwork, batch: Batch) -> Look:
    """What an encoder that is yet to be trained sees: nothing worth learning from."""
    features = torch.zeros(*batch.level_present.shape, network.levels.size)
    numbers = torch.zeros(len(batch), network.levels.numbers)
    return Look(features, batch.level_present, numbers)


def _require_crops(network: FusionNetwork, view: CohortView) -> None:
    """Refuse crops that the network does not know."""
    for patient in view.patients:
        levels = view.images.get(patient, PatientImages()).levels
        for level, crop in levels.items():
            if not isinstance(network.levels, FreshLevels):
                two_channels(level, crop)
            elif crop.values.shape != network.crop_shape:
                raise InvalidChoice(
                    f"The model was fitted on crops of {network.crop_shape} voxels, "
                    f"these have {crop.values.shape}; prepare them with the same "
                    f"settings."
                )
            elif not all(
                np.isfinite(image).all()
                for image in (crop.values, crop.t1)
                if image is not None
            ):
                raise InvalidChoice(
                    f"The crop of {level} holds NaN or infinite voxels."
                )


def _own_weights(network: FusionNetwork) -> dict[str, torch.Tensor]:
    """Return all weights but those that are as shipped."""
    shipped = _as_shipped(network)
    return {
        name: weight
        for name, weight in network.state_dict().items()
        if not name.startswith(shipped)
    }


def _as_shipped(network: FusionNetwork) -> tuple[str, ...]:
    frozen = network.settings.encoder == "pretrained"
    return ("levels.encoder.", "levels.as_shipped.")[0 if frozen else 1 :]


def _take_weights(network: FusionNetwork, path: Path) -> None:
    missing, strange = network.load_state_dict(load_file(path), strict=False)
    if strange or any(not name.startswith(_as_shipped(network)) for name in missing):
        raise KeyError(path.name)
