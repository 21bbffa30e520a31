"""The error of a case that is declared wrongly."""

from __future__ import annotations


class DefinitionError(Exception):
    """A case is declared wrongly. The message names the class, its file and what to write instead."""
