"""Training the corrections of what the regression missed; others judge them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from pytorch_lightning import LightningModule
from torch import Tensor, nn

from lbp_outcome.batch import Batch, Batches, to_batch
from lbp_outcome.contracts import FoldData, Resumable
from lbp_outcome.view import CohortView
from models._fusion.exam import Exam, TokenData
from models._fusion.folds import NOBODY, judging_members
from models._fusion.network import FusionNetwork
from models._fusion.start import Regression, Start, regressions, start_from
from models._fusion.tasks import Kind, lessons_of, truth
from models._fusion.trust import trusted
from models._training.keep_best import SET_ASIDE
from models._training.trainer import train_module


class FusionTraining(LightningModule):
    """The losses of all lessons, weighed by their uncertainty, minimised by AdamW.

    Each modality must also be right by itself. Without that the one that is easiest to
    memorise (a table, a radiograph) fits the training patients alone, and the others
    learn nothing: beside radiographs, three of four runs missed a planted lesion.

    Kendall, Gal & Cipolla, CVPR 2018, doi:10.1109/CVPR.2018.00781, weigh the losses.

    Args:
        network: The network to train; its settings say how long and how hard.
        starts: The regression that each member corrects, which has not seen the
            patients that judge it.
    """

    def __init__(self, network: FusionNetwork, starts: Sequence[Start]) -> None:
        super().__init__()
        self.network, self.settings = network, network.settings
        self.starts = nn.ModuleList(starts)
        self.lessons = lessons_of(network.tasks)
        self.judged: list[np.ndarray] = []

    def training_step(self, batch: Batch | Exam, batch_idx: int) -> Float[Tensor, ""]:
        """Return the loss of all modalities together plus that of each."""
        exam = batch if isinstance(batch, Exam) else self._exam(batch, NOBODY)
        losses = []
        for place, votes in enumerate(self.network.votes(exam.seen)):
            start = self.starts[place](exam.seen.table)
            taught = (exam.judges != place).float()
            together = self._loss(place, start + votes.shares.sum(1), exam, taught)
            alone = [
                self._loss(place, start + votes.votes[:, m], exam, taught * present)
                for m, present in enumerate((votes.weights > 0).float().T)
                if self.network.known[m]
            ]
            losses += [together, *alone]
        return torch.stack(losses).sum() / len(self.starts)

    def validation_step(self, batch: Batch | Exam, batch_idx: int) -> None:
        """Keep what each member votes about the patients that judge it."""
        exam = batch if isinstance(batch, Exam) else self._exam(batch, 0)
        truth = exam.truth[:, self._judge[0]]
        for place, votes in enumerate(self.network.votes(exam.seen)):
            start = self.starts[place](exam.seen.table)[:, :1]
            rows = torch.cat([truth[:, None], start, votes.shares[..., 0]], dim=1)
            judging = rows[exam.judges == place]
            self.judged.append(judging.double().cpu().numpy())

    def on_validation_epoch_end(self) -> None:
        """Trust the votes as far as they helped, and record the loss so reached."""
        rows = np.concatenate(self.judged)
        self.judged.clear()
        kind, steepness = self._judge[1], self.network.tasks[0].steepness
        found = trusted(rows[:, 1], rows[:, 2:], rows[:, 0], kind, steepness)
        self.network.trust.copy_(torch.from_numpy(found.shares))
        self.log(SET_ASIDE, found.loss)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW; corrections are pulled towards zero, biases are not."""
        decay, strongly = self.settings.weight_decay, self.settings.correction_decay
        groups: dict[float, list[nn.Parameter]] = {decay: [], strongly: [], 0.0: []}
        for name, each in self.network.named_parameters():
            if each.requires_grad:
                pull = strongly if ".heads." in name else decay
                groups[pull if each.ndim > 1 else 0.0].append(each)
        parts = [{"params": p, "weight_decay": d} for d, p in groups.items() if p]
        return torch.optim.AdamW(parts, lr=self.settings.learning_rate)

    @property
    def _judge(self) -> tuple[int, Kind]:
        """Which lesson decides: the margin where there is one, for it tells more."""
        place = 1 if self.network.tasks[0].by_margin else 0
        return place, self.lessons[place].kind

    def _exam(self, batch: Batch, judges: int) -> Exam:
        seen = self.network.see(batch, self.network.look(batch))
        known = truth(self.network.tasks, self.network.units, batch)
        who = torch.full((len(batch),), judges, device=known.device)
        return Exam(seen, known, who)

    def _loss(
        self,
        place: int,
        found: Float[Tensor, "patient task"],
        exam: Exam,
        counts: Float[Tensor, " patient"],
    ) -> Float[Tensor, ""]:
        """Losses of all lessons, each weighed by how uncertain it stays."""
        total = found.new_zeros(())
        log_variances = self.network.members[place].log_variances
        assert isinstance(log_variances, Tensor)
        for each, lesson in enumerate(self.lessons):
            known = exam.truth[:, each].nan_to_num()
            share = counts * ~exam.truth[:, each].isnan()
            value = found[:, lesson.task].float()
            if lesson.kind == "yes_no":
                log_odds = value * self.network.tasks[lesson.task].steepness
                missed = nn.functional.binary_cross_entropy_with_logits(
                    log_odds, known, reduction="none"
                )
            else:
                missed = 0.5 * (value - known) ** 2
            mean = (missed * share).sum() / share.sum().clamp(min=1)
            unsure = log_variances[each]
            total = total + (-unsure).exp() * mean + 0.5 * unsure
        return total


def train(network: FusionNetwork, data: FoldData, seed: int) -> None:
    """Fit the regression, train the corrections, and leave it ready to predict.

    Without patients to set aside (too few to spare) the regression stays as it is.
    """
    view = network.readable(data.train)
    judges = _judges(network, data, seed)
    found = regressions(view, network.tasks, network.settings.penalty)
    network.begin(found)
    network.eval()
    if (judges == NOBODY).all():
        return
    starts = [
        _start_without(network, view, judges == place, found)
        for place in range(len(network.members))
    ]
    visits = _tokens(network, data, judges, seed) if network.looks_once else data
    train_module(
        FusionTraining(network, starts),
        visits,  # type: ignore[arg-type]  # exams pass for batches
        network.settings,
        seed,
        architecture="fusion",
    )


def _judges(
    network: FusionNetwork, data: FoldData, seed: int
) -> Int[np.ndarray, " patients"]:
    """Return which member each patient judges; whom the data set aside, if they do."""
    if network.looks_once:
        members = len(network.members)
        return judging_members(data.train, network.tasks[0].kind, members, seed)
    assert isinstance(data, Batches)
    judges = np.full(len(data.train), NOBODY)
    judges[data.set_aside] = 0
    return judges


def _start_without(
    network: FusionNetwork,
    view: CohortView,
    judging: Bool[np.ndarray, " patients"],
    found: Sequence[Regression],
) -> Start:
    """Return the regression as if the judging patients had never been seen.

    Its unit stays that of all patients. Companions judge nothing: theirs stays, too.
    """
    taught = view.take(np.flatnonzero(~judging))
    penalty = network.settings.penalty * len(taught) / len(view)
    own = regressions(taught, network.tasks[:1], penalty)[0]
    return start_from([own.in_units_of(found[0]), *found[1:]])


def _tokens(
    network: FusionNetwork,
    data: FoldData,
    judges: Int[np.ndarray, " patients"],
    seed: int,
) -> TokenData:
    batch = to_batch(replace(data.train, levels=()))
    exam = Exam(
        network.see_view(data.train),
        truth(network.tasks, network.units, batch),
        torch.from_numpy(judges),
    )
    checkpoints = data.checkpoints if isinstance(data, Resumable) else None
    return TokenData(data.train, data.held_out, exam, seed, checkpoints)
