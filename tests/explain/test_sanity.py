"""The check must fail what looks at the image only, and pass what looks at weights."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from datamodules import DATAMODULES
from explain import EXPLANATIONS
from explain._sanity import weight_randomisation
from lbp_outcome.batch import to_batch
from lbp_outcome.contracts import ImageExplanation
from lbp_outcome.simulate.planted_views import planted_spot
from models import MODELS
from models._fusion.fitted import FittedFusion
from models._fusion.network import FusionNetwork
from models._fusion.settings import FusionSettings

GRAD_CAM = EXPLANATIONS["grad_cam"]
VIEW = planted_spot(8, seed=0)
DATA = DATAMODULES["multimodal"].build(VIEW.take([]), VIEW.take([1]), 0)


@pytest.fixture(scope="module")
def untrained():
    torch.manual_seed(5)
    network = FusionNetwork(2, FusionSettings(encoder="fresh"), (8, 32, 16)).eval()
    network.trust.fill_(1.0)
    for layer in network.members.modules():
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    return FittedFusion(predictors=VIEW.predictors, network=network)


def edges(model, data):
    """The steepness of the image: a picture of the anatomy that no weight changes."""
    images = data.held_out.images[data.held_out.patients[0]]
    maps = {}
    for level, crop in images.levels.items():
        steep = np.sqrt(sum(g**2 for g in np.gradient(crop.values.astype(float))))
        maps[level] = steep / steep.max()
    return ImageExplanation(maps=maps, images=images)


def nothing(model, data):
    shown = edges(model, data)
    blank = {level: np.zeros_like(values) for level, values in shown.maps.items()}
    return replace(shown, maps=blank)


@dataclass
class SignFlip:
    """Half of the networks turn an edge detector inside out."""

    def __call__(self, model, data):
        shown = edges(model, data)
        if model.network.members[0].heads[0].weight.detach().sum() > 0:
            return shown
        return replace(shown, maps={k: 1 - v for k, v in shown.maps.items()})


def test_fails_an_edge_detector(untrained):
    check = weight_randomisation(replace(GRAD_CAM, attribute=edges), untrained, DATA, 0)
    assert not check.passed
    assert check.similarity == pytest.approx(1.0)
    assert "should not be used" in check.statement


def test_fails_an_edge_detector_that_weights_only_turn_inside_out(untrained):
    method = replace(GRAD_CAM, attribute=SignFlip())
    assert not weight_randomisation(method, untrained, DATA, 0).passed


def test_fails_an_empty_map_and_says_so(untrained):
    method = replace(GRAD_CAM, attribute=nothing)
    check = weight_randomisation(method, untrained, DATA, 0)
    assert not check.passed
    assert "empty" in check.statement


def test_passes_an_untrained_network_and_does_not_call_its_map_right(untrained):
    checks = [
        weight_randomisation(EXPLANATIONS[name], untrained, DATA, 0)
        for name in ("grad_cam", "grad_cam_lowers")
    ]
    passed = [check for check in checks if check.passed]
    assert passed
    assert all("does not yet make it right" in check.statement for check in passed)


def test_repeats_itself_and_leaves_the_model_alone(untrained):
    before = {k: v.clone() for k, v in untrained.network.state_dict().items()}
    state = torch.get_rng_state()
    first, second = (
        weight_randomisation(GRAD_CAM, untrained, DATA, 3) for _ in range(2)
    )
    assert first == second
    assert torch.equal(state, torch.get_rng_state())
    for name, values in untrained.network.state_dict().items():
        assert torch.equal(values, before[name])


def test_looks_only_inside_the_scan(untrained):
    patient = VIEW.patients[1]
    found = VIEW.images[patient]
    cut = {}
    for level, crop in found.levels.items():
        values = crop.values.copy()
        values[:, :16] = 0
        cut[level] = replace(crop, values=values)
    view = replace(VIEW, images={patient: replace(found, levels=cut)})
    data = DATAMODULES["multimodal"].build(view.take([]), view.take([1]), 0)

    def outside(model, data):
        shown = edges(model, data)
        maps = {
            level: (found.levels[level].values * 0 + (cut[level].values == 0)).astype(
                float
            )
            for level in shown.maps
        }
        return replace(shown, maps=maps)

    check = weight_randomisation(
        replace(GRAD_CAM, attribute=outside), untrained, data, 0
    )
    assert "empty" in check.statement


def test_grad_cam_agrees_with_its_definition(untrained):
    """A slow twin by hand: gradients of the log-odds, averaged, times the maps."""
    kept = {}

    def keep(layer, inputs, output):
        output.retain_grad()
        kept["maps"] = output

    handle = untrained.network.level_features.register_forward_hook(keep)
    untrained.network(to_batch(DATA.held_out)).sum().backward()
    handle.remove()
    untrained.network.zero_grad()
    maps = kept["maps"]
    weights = maps.grad.mean(dim=(2, 3, 4), keepdim=True)
    coarse = (weights * maps).sum(dim=1, keepdim=True)
    fine = torch.nn.functional.interpolate(coarse, (8, 32, 16), mode="trilinear")[:, 0]
    for name, sign in (("grad_cam", 1), ("grad_cam_lowers", -1)):
        wanted = (sign * fine).clamp(min=0).detach()
        wanted = wanted / wanted.max() if wanted.any() else wanted
        found = EXPLANATIONS[name].attribute(untrained, DATA).maps
        for level, twin in zip(VIEW.levels, wanted, strict=True):
            np.testing.assert_allclose(found[level], twin, atol=1e-5)


def test_raising_and_lowering_regions_never_overlap(untrained):
    up, down = (
        EXPLANATIONS[name].attribute(untrained, DATA).maps
        for name in ("grad_cam", "grad_cam_lowers")
    )
    for level, values in up.items():
        assert not (values * down[level]).any()


def test_other_methods_do_not_suit_a_model_without_network():
    fitted = MODELS["base_rate"].fit(
        DATAMODULES["tabular"].build(VIEW, planted_spot(2, seed=1), 0), {}, 0
    )
    assert not GRAD_CAM.suits(fitted)
