"""Where a study keeps finished work until all of it is done."""

import json
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.io.atomic import write_text

IDENTITY = "unfinished.json"
LOG = logging.getLogger(__name__)


def open_workbench(out: Path, identity: Mapping[str, str]) -> Path:
    """Return the folder for unfinished work beside the results, made if need be.

    Work of an earlier run is kept if it is the same study: the same plan, data and
    code. Otherwise it is thrown away.

    Args:
        out: Folder of the results.
        identity: What must be the same for work to be taken up again.

    Raises:
        InvalidChoice: The folder is there and was not made by an earlier run.
    """
    folder = out.with_name(f"{out.name}.unfinished")
    stamp = folder / IDENTITY
    if folder.exists() and not stamp.is_file() and any(folder.iterdir()):
        raise InvalidChoice(f"{folder}: this exists and holds other things; move it")
    if stamp.is_file():
        if json.loads(stamp.read_text(encoding="utf-8")) == dict(identity):
            LOG.info("%s: going on with the work of an earlier run", folder)
            return folder
        LOG.info("%s: plan, data or code changed since; starting anew", folder)
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_text(stamp, json.dumps(dict(identity), indent=1))
    return folder
