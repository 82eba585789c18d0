"""From simulated images to a heat map in patient space, with its sanity check."""

import json
import os
from pathlib import Path

import mlflow
import nibabel
import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from lbp_outcome.cohort.folder import read_cohort
from lbp_outcome.simulate.cohort import simulate_cohort
from lbp_outcome.study.explanation.explain_patient import explain_patient
from lbp_outcome.study.run import run_study
from lbp_outcome.tool.advise import advise_patient

REAL = Path(__file__).parents[4] / "shared" / "data" / "real_lumbar_mr"

PLAN = """\
name: imaged
cohort: cohort
predictors:
  clinical: [age, sex]
  measurements: [disc_height_mm.operated, lumbar_lordosis_deg]
models:
  - {name: clinical, method: logistic, reads: [clinical]}
  - {name: boosted, method: boosted, reads: [clinical, measurements]}
  - name: fusion
    method: fusion
    reads: [clinical, measurements, images]
    settings: {epochs: 2}
validation: {outer: 2, inner: 2, repeats: 2, bootstrap: 200, permutations: 2}
mute: {auc_too_good: ten patients show anything}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A study of twelve simulated patients with images, and its MLflow database."""
    folder = tmp_path_factory.mktemp("imaged")
    before = os.environ.get("MLFLOW_TRACKING_URI")
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{folder}/tracking/mlflow.db"
    simulate_cohort(folder / "cohort", patients=12, seed=11)
    (folder / "plan.yaml").write_text(PLAN)
    run_study(folder / "plan.yaml", folder / "results")
    yield folder
    os.environ.pop("MLFLOW_TRACKING_URI")
    if before is not None:
        os.environ["MLFLOW_TRACKING_URI"] = before


@pytest.fixture(scope="module")
def patient(home):
    """A patient with everything."""
    cohort = read_cohort(home / "cohort")
    known = pd.read_parquet(home / "results" / "predictions.parquet")["patient"]
    for name in known:
        files = cohort.files.get(name)
        if files and files.t2 and files.segmentation and files.radiograph:
            return name
    raise AssertionError("no patient of the cohort has everything")


@pytest.fixture(scope="module")
def explained(home, patient):
    return explain_patient(str(home / "results"), patient, home / "explained")


def test_every_model_is_explained_by_one_that_never_saw_the_patient(explained):
    found = json.loads((explained / "explanation.json").read_text())["models"]
    assert {"clinical", "boosted", "fusion"} <= set(found)
    assert {model["fitted_as"][:8] for model in found.values()} == {"repeat-0"}
    for name in ("clinical", "fusion"):
        factors = found[name]["factors"]
        assert (explained / factors["picture"]).stat().st_size > 10_000
        assert {item["name"] for item in factors["contributions"]} >= {"age", "sex=M"}


def test_what_each_modality_adds_leads_from_no_modality_to_the_prediction(explained):
    found = json.loads((explained / "explanation.json").read_text())["models"]
    assert "modalities" not in found["base_rate"]  # it reads none
    shares = {item["modality"] for item in found["fusion"]["modalities"]["shares"]}
    assert shares >= {"clinical", "MRI", "lateral X-ray"}
    for name in ("clinical", "fusion"):
        said = found[name]["modalities"]
        first, *_, last = (item["prediction"] for item in said["predictions"])
        added = sum(item["adds"] for item in said["shares"])
        assert logit(last) - logit(first) == pytest.approx(added, abs=3e-3)
        assert last == pytest.approx(found[name]["probability"], abs=1e-3)
        assert "not a cause" in said["caution"]
        assert (explained / said["picture"]).stat().st_size > 10_000


def test_heat_maps_lie_on_the_voxels_of_the_t2_image(home, patient, explained):
    found = json.loads((explained / "explanation.json").read_text())
    maps = found["models"]["fusion"]["heat_maps"]
    t2 = nibabel.load(read_cohort(home / "cohort").files[patient].t2)
    heats = []
    for item in maps:
        volume = nibabel.load(explained / item["volume"])
        assert volume.shape == t2.shape
        np.testing.assert_allclose(volume.affine, t2.affine, atol=1e-4)
        heats.append(np.asarray(volume.dataobj))
        assert 0 <= heats[-1].min() <= heats[-1].max() <= 1 + 1e-6
        assert (explained / item["picture"]).stat().st_size > 50_000
    assert max(heat.max() for heat in heats) > 0.5
    for item in maps:
        assert item["sanity"]["statement"]
        if item["level"]:
            assert sum(item["share"].values()) == pytest.approx(1, abs=1e-3)


def test_an_mlflow_run_explains_the_same_as_its_folder(home, patient, explained):
    results = json.loads((home / "results" / "results.json").read_text())
    run = results["provenance"]["mlflow_run"]
    again = explain_patient(run, patient, home / "explained_again")
    for name in ("explanation.json", "heat_map_grad_cam.nii.gz"):
        first, second = explained / name, again / name
        if name.endswith(".json"):
            assert json.loads(first.read_text()) == json.loads(second.read_text())
        else:
            np.testing.assert_array_equal(
                nibabel.load(first).dataobj, nibabel.load(second).dataobj
            )


def test_advice_shows_only_maps_that_passed_their_check(home, patient):
    page, advice = advise_patient(
        "imaged-fusion", patient, home / "cohort", home / "advice"
    )
    assert advice.probability is not None
    assert {item.method for item in advice.heat_maps} >= {"grad_cam"}
    for item in advice.heat_maps:
        assert bool(item.picture) == item.passed
        assert (page.parent / f"heat_map_{item.method}.png").exists() == item.passed


def test_absent_images_are_named_and_the_network_still_answers(home, patient):
    bare = home / "bare"
    bare.mkdir()
    cohort = home / "cohort"
    for name in ("participants.tsv", "participants.json", "phenotype"):
        if (cohort / name).exists():
            (bare / name).symlink_to(cohort / name)
    _, advice = advise_patient(
        "imaged-fusion", patient, bare, home / "bare_advice", show_outside=True
    )
    assert advice.missing["mri"] == "no MR image"
    assert advice.missing["radiograph"] == "no lateral X-ray"
    assert advice.probability is not None
    assert advice.heat_maps == ()


def test_the_registered_network_reads_image_files_through_mlflow(home, patient):
    files = read_cohort(home / "cohort").files[patient]
    row = {
        "age": 66.0,
        "t2": str(files.t2),
        "mask": str(files.segmentation.mask),
        "semantic": str(files.segmentation.semantic),
        "scheme": files.segmentation.scheme,
        "radiograph": str(files.radiograph),
    }
    model = mlflow.pyfunc.load_model("models:/imaged-fusion/1")
    with_images = model.predict(pd.DataFrame([row]))
    without = model.predict(pd.DataFrame([{"age": 66.0}]))
    assert 0 < with_images["probability"][0] < 1
    assert with_images["uncalibrated"][0] != without["uncalibrated"][0]


@pytest.mark.skipif(
    not REAL.is_dir(), reason="real data (../shared/data) is not on this machine"
)
def test_a_real_exam_is_refused_with_reasons_and_shown_only_when_asked(home):
    _, silent = advise_patient("imaged-fusion", "sub-s01", REAL, home / "silent")
    assert silent.probability is None
    assert any("voxel side of the T2 image" in why for why in silent.refusals)
    assert any("tapers downwards like the sacrum" in why for why in silent.refusals)
    page, shown = advise_patient(
        "imaged-fusion", "sub-s01", REAL, home / "shown", show_outside=True
    )
    assert 0 < shown.probability.low < shown.probability.high < 1
    assert shown.outside == silent.refusals
    assert {"age", "radiograph"} <= set(shown.missing)
    assert any(item.method == "grad_cam" for item in shown.heat_maps)
    assert "Outside what the model was trained on" in page.read_text()
