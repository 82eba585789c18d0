"""How long networks take to train, and what would make it shorter.

By hand, from the top folder: `python -m benchmarks.train [PATIENTS]`. It takes some
minutes on one core; where there is a GPU, everything that trains uses it, too.
"""

import copy
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap

from datamodules import DATAMODULES
from lbp_outcome.anatomy import LUMBAR_DISCS
from lbp_outcome.simulate.planted_views import planted_spot
from lbp_outcome.statistics.splits import nested_folds
from lbp_outcome.study.fitting.refit import Refit
from lbp_outcome.study.fitting.refitting import refit_all
from lbp_outcome.study.plan import ModelPlan
from lbp_outcome.view import CROP_SHAPE
from models import MODELS
from models._fusion.correction import MODALITIES, Correction, Standardised
from models._fusion.remembered import shipped_look
from models._fusion.settings import FusionSettings
from models._fusion.training import FusionTraining
from models._training.quiet import quiet

OUTER, INNER = 5, 5
FEW = 16
"""Patients of the epochs that look at every voxel again."""

STEPS, TOGETHER = 120, 32
"""Steps of a training on frozen embeddings, and patients in each."""

UNUSED = "log_variances"
"""Weight that the loss of this comparison does not need."""

FUSION = MODELS["fusion"]
GPU = torch.cuda.is_available()


def main():
    """Print one line per question."""
    torch.set_num_threads(1)
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 160
    view = cohort(patients)
    where = torch.cuda.get_device_name() if GPU else "no GPU"
    print(f"{patients} simulated patients, six levels of {CROP_SHAPE}; {where}")
    embedding(view)
    one = one_fit(view)
    nested(view, one)
    for device in ["cpu", "cuda"][: 1 + GPU]:
        end_to_end(view.take(range(min(FEW, len(view)))), device)
        for folds in (5, 25):
            stacked_or_not(folds, device)
    peak()


def line(what, value, unit):
    """One result."""
    print(f"{what:66}{value:10.3f} {unit}", flush=True)


def clock(way, device="cpu", repeats=1):
    """Seconds that a way takes, the fastest of a few."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        way()
        if device == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def cohort(patients):
    """Patients with all levels; the outcome is a bright spot, and table is noise."""
    view = planted_spot(
        patients, seed=0, levels=LUMBAR_DISCS, shape=CROP_SHAPE, predictors=16
    )
    images = {
        patient: replace(found, levels={k: bright(v) for k, v in found.levels.items()})
        for patient, found in view.images.items()
    }
    return replace(view, images=images)


def bright(crop):
    """An image has no negative voxels."""
    return replace(crop, values=crop.values - crop.values.min())


def embedding(view):
    """What every patient costs once: a look by the frozen encoder."""
    few = view.take(range(min(10, len(view))))
    shipped_look(few.take([0]))  # reads the weights
    seconds = clock(lambda: shipped_look(few.take(range(1, len(few)))))
    line("embedding, images new", seconds / (len(few) - 1), "s per patient")
    shipped_look(view)
    seconds = clock(lambda: shipped_look(view), repeats=2)
    line("embedding, images known", seconds / len(view), "s per patient")


def fold_of(view):
    """Four in five patients to learn from, the others to predict."""
    cut = len(view) * 4 // 5
    train, others = view.take(range(cut)), view.take(range(cut, len(view)))
    return DATAMODULES["multimodal"].build(train, others.without_outcome(), 0)


def one_fit(view):
    """One fit on frozen embeddings, all images known."""
    data = fold_of(view)
    FUSION.fit(data, {"epochs": 1}, 0)
    seconds = clock(lambda: FUSION.fit(data, {}, 0), repeats=2)
    line("one fusion fit, frozen encoder, images known", seconds, "s")
    return seconds


def nested(view, one):
    """Nested cross-validation of fusion, as a study does it in one process."""
    grid = len(FUSION.grid)
    fits = OUTER * (INNER * grid * (grid > 1) + 1)
    line(
        f"nested CV {OUTER} x {INNER}, {grid} settings, {fits} fits: estimate",
        fits * one,
        "s",
    )
    folds = nested_folds(
        view.patients, view.outcome, outer=OUTER, inner=INNER, repeats=1, seed=1
    )
    works = [
        Refit(
            key=f"fusion/fold-{number}",
            model=ModelPlan(
                name="fusion", method="fusion", reads=("clinical", "images")
            ),
            train=np.asarray(fold.train),
            predict=np.asarray(fold.held_out),
            inner=fold.inner,
            seed=number,
        )
        for number, fold in enumerate(folds)
    ]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        seconds = clock(lambda: list(refit_all(works, view, folder, processes=1)))
    line(f"nested CV {OUTER} x {INNER}, measured, one process", seconds, "s")


def end_to_end(view, device):
    """One epoch that trains the encoder, with and without what feeds it."""
    data = fold_of(view)
    module = finetuning(data).to(device)
    batches = list(data.train_dataloader())
    patients = sum(map(len, batches))
    here = [batch.to(device) for batch in batches]
    step = stepper(module, device)
    step(here[0])
    without = patients / clock(lambda: [step(b) for b in here], device, 2)
    line(f"end to end on {device}, batches ready", without, "patients/s")
    loader = data.train_dataloader()
    with_it = patients / clock(lambda: [step(b.to(device)) for b in loader], device, 2)
    line(f"end to end on {device}, with the loader", with_it, "patients/s")
    line("   share of the rate without loader", 100 * with_it / without, "%")
    compiled(module, here, device, patients / without)


def finetuning(data):
    """An untrained network whose encoder is trained, too."""
    from models._fusion.fitted import _prepared

    settings = FusionSettings(encoder="finetuned")
    network = _prepared(data.train, settings, 0, "binary")
    return FusionTraining(network, [network.start]).train()


def stepper(module, device):
    """One step of training: forward, backward, clip, AdamW; bf16 on a GPU."""
    optimizer = module.configure_optimizers()
    half = torch.autocast(device, torch.bfloat16, enabled=device == "cuda")

    def step(batch):
        optimizer.zero_grad()
        with half:
            loss = module.training_step(batch, 0)
        loss.backward()
        nn.utils.clip_grad_norm_(module.parameters(), module.settings.gradient_clip)
        optimizer.step()

    return step


def compiled(module, batches, device, eager):
    """The same epoch with the encoder compiled."""
    module = copy.deepcopy(module)
    module.network.levels.encoder.compile()
    step = stepper(module, device)
    try:
        first = clock(lambda: step(batches[0]), device)
        seconds = clock(lambda: [step(b) for b in batches], device, 2)
    except Exception as error:  # no compiler, or an operator it lacks
        print(f"torch.compile on {device}: {type(error).__name__}")
        return
    line(f"torch.compile of the encoder on {device}: compiling", first, "s")
    line("   times as fast as without", eager / seconds, "x")


def stacked_or_not(folds, device):
    """The corrections of several folds, one after the other and all at once."""
    given, truth = tokens(folds, device)
    torch.manual_seed(0)
    alone = [correction().to(device) for _ in range(folds)]
    together = copy.deepcopy(alone)
    serial(copy.deepcopy(alone), given, truth, 2)
    slow = clock(lambda: serial(alone, given, truth, STEPS), device)
    stacked(together, given, truth, 2)
    quick = clock(lambda: stacked(together, given, truth, STEPS), device)
    line(f"{folds} folds on {device}, one by one", 1e3 * slow / STEPS, "ms per step")
    line(f"{folds} folds on {device}, stacked", 1e3 * quick / STEPS, "ms per step")
    line("   times as fast", slow / quick, "x")
    found = torch.stack([fold.heads[0].weight for fold in alone])
    apart = found - stacked(together, given, truth, STEPS)["heads.0.weight"]
    line("   largest difference of a weight", apart.abs().max().item(), "")


def tokens(folds, device):
    """Random features of a step of patients in every fold."""
    features, chance = 64, torch.Generator().manual_seed(0)
    given = Standardised(
        levels=torch.randn(folds, TOGETHER, 6, features, generator=chance),
        level_present=torch.ones(folds, TOGETHER, 6, dtype=torch.bool),
        film=torch.randn(folds, TOGETHER, features, generator=chance),
        table=torch.randn(folds, TOGETHER, 32, generator=chance),
        present=torch.ones(folds, TOGETHER, len(MODALITIES), dtype=torch.bool),
    )
    truth = (torch.rand(folds, TOGETHER, generator=chance) < 0.5).float()
    return Standardised(*(part.to(device) for part in given)), truth.to(device)


def correction():
    """One member of one fold; without dropout, so that both ways agree."""
    settings = FusionSettings(dropout=0.0, modality_dropout=0.0)
    member = Correction((64, 64, 32), 1, 1, settings)
    for head in member.heads:
        nn.init.normal_(head.weight, std=0.1)  # zero heads would train nothing else
    return member


def loss_of(votes, truth):
    """Cross-entropy of all modalities together."""
    score = votes.shares[..., 0].sum(dim=1)
    return nn.functional.binary_cross_entropy_with_logits(score, truth)


def serial(members, given, truth, steps):
    """Train one fold after the other."""
    known = torch.ones(len(MODALITIES), dtype=torch.bool)
    for fold, member in enumerate(members):
        mine = Standardised(*(part[fold] for part in given))
        used = [p for name, p in member.named_parameters() if name != UNUSED]
        optimizer = torch.optim.AdamW(used, lr=1e-3)
        for _ in range(steps):
            optimizer.zero_grad()
            loss_of(member(mine, known), truth[fold]).backward()
            nn.utils.clip_grad_norm_(used, 1.0)
            optimizer.step()


def stacked(members, given, truth, steps):
    """Train all folds at once; the gradient of each is clipped by itself."""
    known = torch.ones(len(MODALITIES), dtype=torch.bool)
    weights = stack_module_state(members)[0]
    unused = weights.pop(UNUSED).detach()
    member = copy.deepcopy(members[0]).to("meta")

    def loss(mine, variances, seen, answer):
        whole = mine | {UNUSED: variances}
        return loss_of(functional_call(member, whole, (seen, known)), answer)

    optimizer = torch.optim.AdamW(weights.values(), lr=1e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        vmap(loss)(weights, unused, given, truth).sum().backward()
        clip([each.grad for each in weights.values()], 1.0)
        optimizer.step()
    return {name: each.detach() for name, each in weights.items()}


def clip(gradients, longest):
    """Shorten the gradient of each fold to this norm."""
    parts = [gradient.flatten(1).square().sum(dim=1) for gradient in gradients]
    share = (longest / (torch.stack(parts).sum(dim=0).sqrt() + 1e-6)).clamp(max=1)
    for gradient in gradients:
        gradient.mul_(share.view(-1, *[1] * (gradient.ndim - 1)))


def peak():
    """The most memory that was held."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    line("peak memory", kilobytes / 2**20, "GiB")
    if GPU:
        line("peak memory of the GPU", torch.cuda.max_memory_allocated() / 2**30, "GiB")


if __name__ == "__main__":
    with quiet():
        main()
