"""Teaching the branch for threads before the rest of the level encoder."""

from collections.abc import Sequence

import numpy as np
import torch

from models._levels.encoder import LevelEncoder, canal_texture
from models._levels.training import Graded, TrainingSettings, graded_loss, pace

TAUGHT = ("looping_roots", "redundant_roots")
PASSES = 12


def threads_first(
    encoder: LevelEncoder,
    spines: Sequence[Graded],
    settings: TrainingSettings,
    passes: int = PASSES,
) -> LevelEncoder:
    """Teach an encoder whether roots loop, from the texture of the canals alone.

    Beside all other gradings it is learned late or not at all: at first, a texture
    tells little unless the network knows where to look, and where to look is learned
    from the texture. Alone it takes a minute.

    Args:
        encoder: With its first weights; it is changed.
        spines: Patients to learn from; not augmented, so that they are looked at once.
        settings: Of the training that follows.
        passes: Passes over the patients.
    """
    canals = [
        canal_texture(torch.from_numpy(np.asarray(spine.crops, np.float32)))
        for spine in spines
    ]
    parts = (encoder.threads, encoder.embed_threads, encoder.heads, encoder.attention)
    optimiser = torch.optim.AdamW(
        [weight for part in parts for weight in part.parameters()],
        lr=settings.learning_rate,
        weight_decay=settings.weight_decay,
    )
    chance = torch.Generator().manual_seed(settings.seed)
    size = settings.patients_at_once
    total, done = passes * -(-len(spines) // size), 0
    encoder.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)  # dropout
        for _ in range(passes):
            order = torch.randperm(len(spines), generator=chance).tolist()
            for first in range(0, len(order), size):
                chosen = order[first : first + size]
                for group in optimiser.param_groups:
                    group["lr"] = settings.learning_rate * pace(done, total)
                raw, attention = encoder.from_threads(
                    torch.cat([canals[row] for row in chosen])
                )
                truths = [spines[row].truth for row in chosen]
                loss = graded_loss(raw, attention, truths, TAUGHT)
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                done += 1
    return encoder
