"""Pretraining the level encoder on graded spines: repeatable, and it can go on."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from lbp_outcome.errors import InvalidChoice, UnreadableFile
from lbp_outcome.io.atomic import atomic_file
from models._levels.augmentation import augmented
from models._levels.encoder import ARCHITECTURE, LevelEncoder, over_levels
from models._levels.gradings import GRADINGS, NAMES
from models._levels.losses import loss_of, split

CHECKPOINT = "checkpoint.safetensors"


@dataclass(frozen=True, eq=False, kw_only=True)
class Graded:
    """One patient's crops and what is true of them.

    Attributes:
        crops: T2 and T1 of each level.
        truth: One column per grading; NaN where it is not known.
    """

    crops: Float[np.ndarray, "level channel left posterior superior"]
    truth: Float[np.ndarray, "level grading"]


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How long and how hard the encoder is trained.

    Attributes:
        epochs: Passes over the training patients.
        patients_at_once: Patients in one step.
        learning_rate: Largest step size of AdamW; it rises for a tenth of the steps
            and then falls to zero as a cosine.
        weight_decay: Pull of every weight towards zero.
        average: Share of the old weights in their running mean, which is what is kept.
        seed: Of the order, the augmentation and the first weights.
    """

    epochs: int = 40
    patients_at_once: int = 6
    learning_rate: float = 2e-3
    weight_decay: float = 0.03
    average: float = 0.995
    seed: int = 0


def train_encoder(
    encoder: LevelEncoder,
    spines: Sequence[Graded],
    settings: TrainingSettings,
    folder: Path | None = None,
    report: Callable[[int, float], None] | None = None,
) -> LevelEncoder:
    """Train on graded spines and return the running mean of the weights.

    Args:
        encoder: Where to start from; it is changed.
        spines: Patients to learn from.
        settings: How long and how hard.
        folder: Where the state is kept after each epoch; an interrupted training goes
            on from there and ends with the same weights. None to keep nothing.
        report: Called after each epoch with its number and mean loss.

    Raises:
        InvalidChoice: There are no spines to learn from.
        UnreadableFile: The state kept is damaged or of another architecture.
    """
    if not spines:
        raise InvalidChoice("There are no graded spines to learn from.")
    run = _Run(encoder, settings, steps_per_epoch=_steps(len(spines), settings))
    if folder is not None and (Path(folder) / CHECKPOINT).is_file():
        run.restore(Path(folder) / CHECKPOINT)
    while run.epoch < settings.epochs:
        loss = run.one_epoch(spines)
        if folder is not None:
            run.keep(Path(folder) / CHECKPOINT)
        if report is not None:
            report(run.epoch, loss)
    return run.result()


def _steps(patients: int, settings: TrainingSettings) -> int:
    return -(-patients // settings.patients_at_once)


class _Run:
    """The state of a training: weights, their mean, and those of the optimiser."""

    def __init__(
        self, encoder: LevelEncoder, settings: TrainingSettings, steps_per_epoch: int
    ) -> None:
        self.encoder, self.settings, self.epoch = encoder, settings, 0
        self.total = max(settings.epochs * steps_per_epoch, 1)
        self.done = 0
        self.mean = {name: v.clone() for name, v in encoder.state_dict().items()}
        self.optimiser = torch.optim.AdamW(
            encoder.parameters(),
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )

    def one_epoch(self, spines: Sequence[Graded]) -> float:
        """Pass once over all patients; the epoch's own seed decides all chance."""
        seed = self.settings.seed * 100_003 + self.epoch
        chance = torch.Generator().manual_seed(seed)
        order = torch.randperm(len(spines), generator=chance).tolist()
        size, losses = self.settings.patients_at_once, []
        self.encoder.train()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)  # dropout
            for first in range(0, len(order), size):
                chosen = [spines[row] for row in order[first : first + size]]
                losses.append(self._step(chosen, chance))
        self.epoch += 1
        return float(np.mean(losses))

    def _step(self, spines: Sequence[Graded], chance: torch.Generator) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.learning_rate * pace(self.done, self.total)
        loss = batch_loss(self.encoder, spines, chance)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
        self.optimiser.step()
        self.done += 1
        self._average()
        return float(loss.detach())

    def _average(self) -> None:
        old = min(self.settings.average, (1 + self.done) / (10 + self.done))
        for name, value in self.encoder.state_dict().items():
            self.mean[name].lerp_(value, 1 - old)

    def result(self) -> LevelEncoder:
        """Return an encoder with the running mean of the weights."""
        self.encoder.load_state_dict(self.mean)
        return self.encoder.eval()

    def keep(self, path: Path) -> None:
        """Write everything that the next epoch depends on, whole or not at all."""
        tensors = {f"now.{k}": v for k, v in self.encoder.state_dict().items()}
        tensors |= {f"mean.{k}": v for k, v in self.mean.items()}
        for number, state in self.optimiser.state_dict()["state"].items():
            tensors |= {f"adam.{number}.{k}": v for k, v in state.items()}
        about = {"epoch": self.epoch, "done": self.done, "total": self.total}
        with atomic_file(path) as temporary:
            save_file(
                {k: v.contiguous() for k, v in tensors.items()},
                temporary,
                {"architecture": ARCHITECTURE, "about": json.dumps(about)},
            )

    def restore(self, path: Path) -> None:
        """Go back to where an earlier run stopped."""
        try:
            with safe_open(path, "pt") as file:
                about = file.metadata() or {}
                names = file.keys()  # the file itself cannot be iterated over
                tensors = {name: file.get_tensor(name) for name in names}
            state = json.loads(about["about"])
            _require_same(about["architecture"], ARCHITECTURE)
            _require_same(state["total"], self.total)
            self.encoder.load_state_dict(_under(tensors, "now."))
            self.mean = _under(tensors, "mean.")
        except (KeyError, ValueError, RuntimeError, SafetensorError):
            raise UnreadableFile(
                f"{path}: damaged, or the state of another training; remove it to "
                f"start afresh."
            ) from None
        self.epoch, self.done = state["epoch"], state["done"]
        self._restore_optimiser(tensors)

    def _restore_optimiser(self, tensors: dict[str, Tensor]) -> None:
        packed = self.optimiser.state_dict()
        for key, value in _under(tensors, "adam.").items():
            number, _, name = key.partition(".")
            packed["state"].setdefault(int(number), {})[name] = value
        self.optimiser.load_state_dict(packed)


def pace(done: int, total: int) -> float:
    """Return the learning rate as a share of the largest: up for a tenth, then down."""
    share = done / total
    if share < 0.1:
        return (share + 1 / total) / (0.1 + 1 / total)
    return 0.5 * (1 + float(np.cos(np.pi * (share - 0.1) / 0.9)))


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    mine = [name for name in tensors if name.startswith(prefix)]
    return {name.removeprefix(prefix): tensors[name] for name in mine}


def _require_same(found: object, expected: object) -> None:
    if found != expected:
        raise ValueError(found)


def batch_loss(
    encoder: LevelEncoder, spines: Sequence[Graded], chance: torch.Generator | None
) -> Float[Tensor, ""]:
    """Return the weighted loss of some patients; augmented if `chance` is given."""
    crops = [torch.from_numpy(np.asarray(s.crops, np.float32)) for s in spines]
    if chance is not None:
        crops = [augmented(each, chance) for each in crops]
    found = encoder(torch.cat(crops))
    return graded_loss(found.raw, found.attention, [s.truth for s in spines])


def graded_loss(
    raw: Float[Tensor, "level outputs"],
    attention: Float[Tensor, " level"],
    truths: Sequence[np.ndarray],
    names: Sequence[str] = NAMES,
) -> Float[Tensor, ""]:
    """Return the weighted loss of what is read off some patients.

    Args:
        raw: The heads' outputs for all levels of the patients.
        attention: How much each of the levels counts.
        truths: Of each patient, one row per level and one column per grading.
        names: The gradings that count.
    """
    truth = torch.from_numpy(np.concatenate(truths)).float()
    levels = [len(each) for each in truths]
    total: Tensor = raw.new_zeros(())
    for place, (grading, outputs) in enumerate(split(raw)):
        if grading.name not in names:
            continue
        answers = truth[:, place]
        if grading.of_patient:
            outputs = _of_patients(outputs, attention, levels)
            answers = torch.stack([mine[0] for mine in torch.split(answers, levels)])
        total = total + grading.weight * loss_of(grading, outputs, answers)
    return total / sum(grading.weight for grading in GRADINGS if grading.name in names)


def _of_patients(
    raw: Float[Tensor, "level outputs"],
    attention: Float[Tensor, " level"],
    levels: list[int],
) -> Float[Tensor, "patient outputs"]:
    """Pool the levels of each patient."""
    both = zip(torch.split(raw, levels), torch.split(attention, levels), strict=True)
    return torch.cat(
        [
            over_levels(mine[None], votes[None], torch.ones_like(votes[None]) > 0)
            for mine, votes in both
        ]
    )
