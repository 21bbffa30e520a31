"""The first lines a worker runs, as text: nothing but ``sys`` and ``os`` may be imported before the pipe is safe.

1. The inherited pipe is duplicated to private descriptors; 0 then reads nothing and 1 goes to the log, so that prints
   from Python, C++ and XLA cannot hurt it and children cannot eat requests.
2. The current directory leaves ``sys.path``: a ``keras/`` folder or a ``torch.py`` there must not shadow a framework.
3. Only this package is made importable, not the site-packages folder that it may lie in.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

SOURCE = """
import os, sys
if sys.platform == "win32":
    import msvcrt
    msvcrt.setmode(0, os.O_BINARY); msvcrt.setmode(1, os.O_BINARY)
reads, writes = os.dup(0), os.dup(1)
null = os.open(os.devnull, os.O_RDONLY)
os.dup2(null, 0); os.close(null); os.dup2(2, 1)
here = os.path.realpath(os.getcwd())
sys.path[:] = [p for p in sys.path if p and os.path.realpath(p) != here]
import importlib.util, json
settings = json.loads(sys.argv[1])
folder = settings["package"]
spec = importlib.util.spec_from_file_location(
    "pytest_fwparity", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder])
package = importlib.util.module_from_spec(spec)
sys.modules["pytest_fwparity"] = package
spec.loader.exec_module(package)
from pytest_fwparity.sides import worker
sys.exit(worker.main(settings, reads, writes))
"""

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def command(python: str, settings: Mapping[str, Any]) -> list[str]:
    """The command line of a worker: an interpreter and the settings that it starts with."""
    return [python, "-c", SOURCE, json.dumps({**settings, "package": PACKAGE})]
