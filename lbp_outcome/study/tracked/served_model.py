"""The registered model as MLflow loads it: from this code, never from a pickle.

MLflow copies this file beside the model's own files and runs it on loading.
"""

from pathlib import Path

import mlflow
import pandas as pd
from mlflow.pyfunc import PythonModelContext

from lbp_outcome.study.outcome_model import OutcomeModel
from lbp_outcome.study.rows import view_of_rows
from lbp_outcome.study.tracked.answers import answers


class ServedModel(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """Predict the outcome for the rows of a table.

    Columns are the predictors by name; absent or empty ones are missing. A network
    also reads `t2`, `mask`, `scheme` and `radiograph`: paths that this computer can
    open.
    """

    def load_context(self, context: PythonModelContext) -> None:
        """Load the model whose files lie beside this code, if they are unchanged."""
        self.model = OutcomeModel.load(Path(context.artifacts["model"]))

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, object] | None = None,
    ) -> pd.DataFrame:
        """Return a prediction with its 95 % interval for each row."""
        table = pd.DataFrame(model_input)
        raw = self.model.predict(view_of_rows(self.model.card, table))
        return answers(self.model.card, raw, table.index)


mlflow.models.set_model(ServedModel())
