"""The repository keeps its own rules."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import datamodules
import explain
import lbp_outcome
import models

ROOT = Path(lbp_outcome.__file__).parents[1]
PACKAGES = (lbp_outcome, datamodules, models, explain)


@pytest.mark.parametrize("package", PACKAGES[1:], ids=lambda item: item.__name__)
def test_the_import_is_ours_and_not_a_namesake(package):
    assert Path(package.__file__).parents[1] == ROOT


@pytest.mark.parametrize("package", PACKAGES, ids=lambda item: item.__name__)
def test_a_package_says_that_it_is_typed(package):
    assert (Path(package.__file__).parent / "py.typed").is_file()


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        ("import lbp_outcome", ("numpy", "torch", "pandas", "mlflow")),
        ("import lbp_outcome.cli", ("numpy", "torch", "pandas", "mlflow")),
        (
            "import lbp_outcome.measurements",
            ("torch", "pandas", "mlflow", "matplotlib"),
        ),
        ("import lbp_outcome.cohort.folder", ("torch", "mlflow", "matplotlib")),
        ("from models import MODELS; MODELS['logistic']", ("torch", "xgboost")),
        ("from explain import EXPLANATIONS; list(EXPLANATIONS)", ("torch", "shap")),
    ],
)
def test_a_light_import_stays_light(statement, heavy):
    check = (
        f"import sys; {statement}; print([m for m in {heavy!r} if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def source_files():
    return [
        path
        for package in PACKAGES
        for path in Path(package.__file__).parent.rglob("*.py")
    ]


@pytest.mark.parametrize(
    "word", ["pickle", "joblib", "torch.load", "torch.save", "dill"]
)
def test_no_pickle_is_written_or_loaded(word):
    calls = (f"import {word}", f"{word}.load", f"{word}.dump", f"{word}(")
    for path in source_files():
        text = path.read_text(encoding="utf-8")
        assert not any(call in text for call in calls), path


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")))
def test_a_notebook_tells_a_story_and_defines_nothing(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    for cell in code:
        assert cell.count("\n") < 15, f"{path.name}: move this cell into the library"
        assert not any(
            line.startswith(("def ", "class ", "async def "))
            for line in cell.splitlines()
        ), f"{path.name}: define this in the library"
    assert not any(cell.get("outputs") for cell in cells), f"{path.name}: strip outputs"


def test_mlruns_is_kept_in_git_as_an_empty_folder():
    assert "mlruns/*" in (ROOT / ".gitignore").read_text(encoding="utf-8")
