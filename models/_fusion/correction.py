"""One member of the ensemble: what each modality says the regression has missed."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from models._fusion.gated_attention import GatedAttention
from models._fusion.layers import token
from models._fusion.settings import FusionSettings

MODALITIES = ("mri", "radiograph", "table")


class Standardised(NamedTuple):
    """Comparable features of each modality, and who has it.

    Attributes:
        levels: Of each level.
        level_present: Whether there is such a level.
        film: Of the radiograph.
        table: Of the predictors.
        present: Whether a patient has each modality.
    """

    levels: Float[Tensor, "patient level feature"]
    level_present: Bool[Tensor, "patient level"]
    film: Float[Tensor, "patient pixel"]
    table: Float[Tensor, "patient twice"]
    present: Bool[Tensor, "patient modality"]


class Votes(NamedTuple):
    """What each modality says about each patient, and how much it counts.

    Attributes:
        votes: Correction of each task that each modality asks for by itself.
        weights: Share of each modality's vote; at most 1 in all, 0 where absent.
        levels: Share of each level in the vote of the MRI.
    """

    votes: Float[Tensor, "patient modality task"]
    weights: Float[Tensor, "patient modality"]
    levels: Float[Tensor, "patient level"]

    @property
    def shares(self) -> Float[Tensor, "patient modality task"]:
        """What each modality adds in the end."""
        return self.votes * self.weights[..., None]


class Correction(nn.Module):
    """Tokens of the modalities vote; gated attention weighs the votes.

    An absent modality keeps its share of the attention and votes nothing: leaving one
    out never makes another louder. All heads start at zero.

    Args:
        sizes: Features of a level, of a radiograph, of a table row.
        tasks: How many are corrected.
        lessons: How many losses are weighed against one another.
        settings: How large the network is.
    """

    def __init__(
        self,
        sizes: tuple[int, int, int],
        tasks: int,
        lessons: int,
        settings: FusionSettings,
    ) -> None:
        super().__init__()
        width, dropout = settings.width, settings.dropout
        self.width, self.modality_dropout = width, settings.modality_dropout
        self.tokens = nn.ModuleList(token(size, width, dropout) for size in sizes)
        self.over_levels = GatedAttention(width)
        self.over_modalities = GatedAttention(width)
        self.heads = nn.ModuleList(
            nn.Linear(width, tasks, bias=False) for _ in MODALITIES
        )
        for parameter in self.heads.parameters():
            nn.init.zeros_(parameter)
        self.log_variances = nn.Parameter(torch.zeros(lessons))

    def forward(self, given: Standardised, known: Bool[Tensor, " modality"]) -> Votes:
        """Return the votes of every modality that any training patient had."""
        mri, levels = self._of_mri(given, known[0])
        tokens = torch.stack(
            [
                mri,
                self._of_row(1, given.film, known[1]),
                self._of_row(2, given.table, known[2]),
            ],
            dim=1,
        )
        votes = [head(tokens[:, place]) for place, head in enumerate(self.heads)]
        tokens = tokens * given.present[..., None]
        weights = self.over_modalities(tokens, known.expand_as(given.present))
        shown = self._some_hidden(given.present)
        return Votes(torch.stack(votes, dim=1), weights * shown, levels)

    def _of_mri(self, given: Standardised, known: Tensor) -> tuple[Tensor, Tensor]:
        if not known or given.level_present.shape[1] == 0:
            return self._nothing(given), given.level_present.to(given.film.dtype)
        per_level = self.tokens[0](given.levels)
        weights = self.over_levels(per_level, given.level_present)
        mean = torch.einsum("plw,pl->pw", per_level, weights.to(per_level.dtype))
        return mean, weights

    def _of_row(self, place: int, features: Tensor, known: Tensor) -> Tensor:
        if not known:
            return features.new_zeros(len(features), self.width)
        found: Tensor = self.tokens[place](features)
        return found

    def _nothing(self, given: Standardised) -> Tensor:
        return given.film.new_zeros(len(given.film), self.width)

    def freeze(self, unused: Bool[Tensor, " modality"]) -> None:
        """Train nothing that belongs to a modality that no training patient has."""
        for part, never in enumerate(unused.tolist()):
            if never:
                self.tokens[part].requires_grad_(False)
                self.heads[part].requires_grad_(False)
        if unused[0]:
            self.over_levels.requires_grad_(False)

    def _some_hidden(
        self, present: Bool[Tensor, "patient modality"]
    ) -> Bool[Tensor, "patient modality"]:
        if not self.training or self.modality_dropout == 0:
            return present
        # Drawn on the CPU: the same patients lose the same modality on any machine.
        kept = torch.rand(present.shape) >= self.modality_dropout
        return present & kept.to(present.device)
