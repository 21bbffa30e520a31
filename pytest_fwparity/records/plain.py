"""What leaves this machine: texts without the user's name and home."""

from __future__ import annotations

import getpass
import os
import re
from pathlib import Path
from typing import Any

#: accounts that say nothing about a person
_COMMON = {"root", "user", "runner", "ubuntu", "nobody", "jovyan", "docker", "app", "worker"}


class Plainer:
    """Replaces the home directory by ``~`` and the user's name by ``USER`` in everything that is recorded."""

    def __init__(self, home: str | None = None, user: str | None = None) -> None:
        homes = {home} if home is not None else {str(Path.home()), os.environ.get("HOME", "")}
        homes |= {os.path.realpath(entry) for entry in homes if entry}
        self._homes = sorted((entry for entry in homes if len(entry) > 1), key=len, reverse=True)
        name = _user() if user is None else user
        self._user = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])") if name not in _COMMON else None

    def text(self, value: str) -> str:
        """One text."""
        for home in self._homes:
            value = re.sub(rf"{re.escape(home)}(?=[/\\\s:'\",;)\]]|$)", "~", value)
        return self._user.sub("USER", value) if self._user is not None else value

    def value(self, value: Any) -> Any:
        """Every text in a JSON value, keys included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.value(entry) for key, entry in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(entry) for entry in value]
        return value


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "nobody"
