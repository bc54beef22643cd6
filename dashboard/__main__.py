"""Write the static files into a folder, packed, for S3: `python -m dashboard FOLDER` (madness/deploy/site.py runs it).

It runs in the environment and the copy of the checkout that the function is packaged from, so both have the same files.
What is said of them goes to stdout, as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from dashboard.app import create_app
from dashboard.bundle import HEADERS
from dashboard.data import Tables
from lake.store import Store


def main(folder: Path) -> None:
    bundle = create_app(Tables(_nothing)).bundle
    (folder / bundle.folder).mkdir(parents=True, exist_ok=True)
    for name, file in bundle.files.items():
        (folder / bundle.folder / name).write_bytes(file.packed)
    types = {name: file.content_type for name, file in bundle.files.items()}
    print(json.dumps({"folder": bundle.folder, "headers": HEADERS, "files": types}))  # noqa: T201


def _nothing() -> Store:
    raise RuntimeError("static files need no bucket")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m dashboard FOLDER")
    main(Path(sys.argv[1]))
