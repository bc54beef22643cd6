"""What commands print: data on stdout."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from hoops.errors import MadnessError


class OutputError(MadnessError):
    """What a command is to write cannot be written there; the text says why and what to do."""


def require_folder(path: Path) -> None:
    """Make a folder for output, before the work that fills it.

    Raises
    ------
    OutputError
        It cannot be made, or nothing can be written into it.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path} cannot be a folder for output: {error.strerror}. Name another place.") from error
    if not os.access(path, os.W_OK):
        raise OutputError(f"{path} cannot be written: no right, or a disk for reading only. Name another place.")


def require_file(path: Path) -> None:
    """See to it, before the work, that a file can be written at its end; what lies there stays as it is.

    Raises
    ------
    OutputError
        It is a folder, or its folder cannot be made or written.
    """
    if path.is_dir():
        raise OutputError(f"{path} is a folder. Name a file.")
    require_folder(path.parent)
    if path.exists() and not os.access(path, os.W_OK):
        raise OutputError(f"{path} cannot be written: no right, or a disk for reading only. Name another place.")


def line(text: str) -> None:
    sys.stdout.write(text + "\n")


def as_json(content: object) -> None:
    line(json.dumps(content, indent=2))
