# Two commands on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
COHORT := demo/cohort
RESULTS := demo/results
PATIENT := sub-0001
export MLFLOW_DISABLE_TELEMETRY := true

.PHONY: install demo lab ui check test notebooks lock clean

install: $(INSTALLED)

# torch comes first and by pip, so that a CPU build provided on the machine is used
$(INSTALLED): requirements.lock pyproject.toml
	test -d .venv || $(PYTHON) -m venv .venv
	@echo "Installing the locked dependencies into .venv; this takes a few minutes."
	$(BIN)/python -m pip install torch==2.13.0
	$(BIN)/python -m pip install -r requirements.lock
	$(BIN)/python -m pip install --no-deps --no-build-isolation -e .
	touch $@

demo: $(INSTALLED)
	$(BIN)/lbp simulate $(COHORT) --patients 60 --seed 1
	$(BIN)/lbp check $(COHORT)
	$(BIN)/lbp run studies/demo.yaml --out $(RESULTS)
	$(BIN)/lbp explain $(RESULTS) --patient $(PATIENT) --out demo/explanation
	$(BIN)/lbp advise demo-fusion --patient $(PATIENT) --cohort $(COHORT) --out demo/advice
	@echo
	@echo "Simulated data, for research and software evaluation only."
	@echo "  report          $(RESULTS)/report.html"
	@echo "  one patient     demo/advice/advice.html"
	@echo "  explanation     demo/explanation/"
	@echo "  JupyterLab      make lab"
	@echo "  MLflow UI       make ui, then http://127.0.0.1:5000"

lab: $(INSTALLED)
	$(BIN)/jupyter lab notebooks/01_one_patient.ipynb

ui: $(INSTALLED)
	$(BIN)/mlflow ui --backend-store-uri sqlite:///mlruns/mlflow.db --host 127.0.0.1 --port 5000

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile

notebooks: $(INSTALLED)
	$(BIN)/jupyter nbconvert --to notebook --execute --output-dir build/notebooks notebooks/*.ipynb

# Write requirements.lock anew from pyproject.toml.
lock:
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet hatchling editables -e ".[test,check]"
	$(BIN)/python -m pip freeze --exclude-editable --exclude pip | sed "s/^\\(torch==[^+]*\\).*/\\1/" > requirements.lock

clean:
	rm -rf demo build dist .pytest_cache .mypy_cache .ruff_cache
