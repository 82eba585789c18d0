"""The network that corrects a regression by what it sees in images and table."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from lbp_outcome.batch import Batch, to_batch
from lbp_outcome.view import CROP_SHAPE, CohortView
from models._fusion.correction import (
    MODALITIES,
    Correction,
    Standardised,
    Votes,
)
from models._fusion.films import FilmGrid, FilmNetwork
from models._fusion.levels import FreshLevels, ShippedLevels
from models._fusion.look import Look, Seen
from models._fusion.remembered import shipped_look, with_readings
from models._fusion.settings import FusionSettings
from models._fusion.standard import StandardFeatures, StandardTable
from models._fusion.start import Regression, Start, start_from
from models._fusion.tasks import Task, lessons_of
from models._preparation import TablePreparation

OUTCOME = (Task(name="outcome", kind="yes_no"),)


class FusionNetwork(nn.Module):
    """One logit (or value) per patient from any subset of images and table.

    It starts as a penalised regression on the table and on what the pretrained encoder
    reads off the MRI. Modalities vote corrections, averaged over members and trusted
    as far as they helped patients set aside: at first, and where nothing helped, not at
    all. A modality that no training patient had counts as absent for ever.

    Args:
        predictors: Columns of the table; may be none.
        settings: Which encoder, and how large the network is.
        crop_shape: Voxels of a level crop.
        tasks: The outcome, then its companions.
    """

    known: Tensor
    trust: Tensor
    units: Tensor

    def __init__(
        self,
        predictors: int,
        settings: FusionSettings,
        crop_shape: tuple[int, ...] = CROP_SHAPE,
        tasks: tuple[Task, ...] = OUTCOME,
    ) -> None:
        super().__init__()
        self.predictors, self.settings, self.tasks = predictors, settings, tasks
        self.crop_shape = crop_shape
        self.levels = _levels(settings, crop_shape)
        frozen = settings.encoder == "pretrained"
        self.film: FilmGrid | FilmNetwork = FilmGrid() if frozen else FilmNetwork()
        fresh = settings.encoder == "fresh"
        self.of_levels = nn.Identity() if fresh else StandardFeatures(self.levels.size)
        self.of_film = StandardFeatures(self.film.size) if frozen else nn.Identity()
        self.of_table = StandardTable(predictors)
        self.start = Start(predictors + self.levels.numbers, len(tasks))
        sizes = self.levels.size, self.film.size, 2 * predictors
        self.members = nn.ModuleList(
            Correction(sizes, len(tasks), len(lessons_of(tasks)), settings)
            for _ in range(settings.members if frozen else 1)
        )
        self.register_buffer("known", torch.ones(len(MODALITIES), dtype=torch.bool))
        self.register_buffer("trust", torch.zeros(len(MODALITIES)))
        self.register_buffer("units", torch.ones(len(tasks)))

    @property
    def level_features(self) -> nn.Module:
        """The layer whose maps of the crops Grad-CAM weighs."""
        return self.levels.features

    def prepare(self, train: Seen, preparation: TablePreparation) -> None:
        """Learn from all training patients what needs no gradient.

        Args:
            train: The training patients.
            preparation: Learned from their predictors.
        """
        if isinstance(self.of_levels, StandardFeatures):
            self.of_levels.prepare(train.levels[train.level_present])
        if isinstance(self.of_film, StandardFeatures):
            self.of_film.prepare(train.film[train.film_present])
        self.of_table.prepare(preparation)
        self.known.copy_(self._present(train).any(dim=0))
        self._freeze_what_is_never_used()

    def begin(self, found: Sequence[Regression]) -> None:
        """Start from these regressions, one per task."""
        self.start.load_state_dict(start_from(found).state_dict())
        self.units.copy_(torch.tensor([each.unit for each in found]))

    @property
    def looks_once(self) -> bool:
        """Whether a patient is looked at only once, for training changes nothing."""
        return self.settings.encoder == "pretrained"

    def readable(self, view: CohortView) -> CohortView:
        """Return the patients with the encoder's readings as further predictors."""
        return with_readings(view) if self.levels.numbers else view

    def see_view(self, view: CohortView) -> Seen:
        """Return what is seen of some patients, each looked at once in a lifetime.

        Raises:
            InvalidChoice: A crop is no image that the encoder knows.
        """
        if self.looks_once:
            return self.see(to_batch(replace(view, levels=())), shipped_look(view))
        batch = to_batch(view)
        return self.see(batch, self.look(batch))

    def look(self, batch: Batch) -> Look:
        """Return what the level encoder hands on."""
        look: Look = self.levels(batch.crops, batch.level_present)
        return look

    def see(self, batch: Batch, look: Look) -> Seen:
        """Return all that is seen of some patients.

        Args:
            batch: The patients; their crops are not looked at again.
            look: What was seen in their levels.
        """
        return Seen(
            levels=look.features,
            level_present=look.present,
            film=self.film(batch.radiograph),
            film_present=batch.radiograph_present,
            table=torch.cat([batch.table, look.readings], dim=1),
        )

    def forward(self, batch: Batch) -> Float[Tensor, " patient"]:
        """Return the log-odds of the outcome, or its value."""
        found: Tensor = self.outputs(self.see(batch, self.look(batch)))[:, 0]
        return found

    def outputs(self, seen: Seen) -> Float[Tensor, "patient task"]:
        """Return log-odds of a yes or no, and amounts in their own unit."""
        shares = torch.stack([votes.shares for votes in self.votes(seen)]).mean(dim=0)
        corrections = torch.einsum("pmt,m->pt", shares.float(), self.trust)
        found: Tensor = (self.start(seen.table) + corrections) * self.stretch
        return found

    @property
    def stretch(self) -> Float[Tensor, " task"]:
        """From what the network predicts to log-odds, or to the unit of an amount."""
        steepness = self.units.new_tensor([task.steepness for task in self.tasks])
        amounts = torch.tensor([task.kind == "amount" for task in self.tasks])
        stretch: Tensor = torch.where(
            amounts.to(self.units.device), self.units, steepness
        )
        return stretch

    def votes(self, seen: Seen) -> list[Votes]:
        """Return what each member votes."""
        given = Standardised(
            levels=self.of_levels(seen.levels),
            level_present=seen.level_present,
            film=self.of_film(seen.film),
            table=self.of_table(seen.table[:, : self.predictors]),
            present=self._present(seen),
        )
        return [member(given, self.known) for member in self.members]

    def _present(self, seen: Seen) -> Bool[Tensor, "patient modality"]:
        mri = seen.level_present.any(dim=1)
        table = self.of_table.present(seen.table[:, : self.predictors])
        return torch.stack([mri, seen.film_present, table], dim=1) & self.known

    def _freeze_what_is_never_used(self) -> None:
        for part, known in zip((self.levels, self.film), self.known, strict=False):
            if not known:
                part.requires_grad_(False)
        for member in self.members:
            assert isinstance(member, Correction)
            member.freeze(unused=~self.known)


def _levels(
    settings: FusionSettings, crop_shape: tuple[int, ...]
) -> FreshLevels | ShippedLevels:
    if settings.encoder == "fresh":
        return FreshLevels(crop_shape)
    return ShippedLevels(trained=settings.encoder == "finetuned")
