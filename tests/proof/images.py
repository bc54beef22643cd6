"""Compare the images of training with those that SageMaker's SDK gives; `make images` runs it in the SDK's environment.

    PYTHONPATH=. .venv/.sagemaker/bin/python -P tests/proof/images.py

Ends with 1 if an address differs. Says which newer images the SDK knows, and which regions our table leaves out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from sagemaker.core import image_uris

from operate.stage import Stage
from operate.training.images import ACCOUNTS, FALLBACK, TORCH, image, processor, registry

# The framework's name in the SDK, and the version that we take of it.
NEWEST, UBUNTU = ("pytorch-amzn2023", TORCH), ("pytorch", "2.10.0")
INSTANCES = ("ml.g4dn.xlarge", "ml.g6.xlarge", "ml.p4d.24xlarge", "ml.m5.xlarge", "ml.c5.4xlarge")


def main() -> int:
    wrong = list(differences())
    print(
        f"{len(ACCOUNTS)} regions, {len(INSTANCES)} instance types, sagemaker-core {version('sagemaker-core')}: "
        f"{'; '.join(wrong) or 'every address is that of the SDK'}"
    )
    known = _known(NEWEST[0])
    print(f"{NEWEST[0]} of the SDK: {', '.join(known)}; ours is {TORCH}")
    left_out = sorted(set(known[TORCH]["registries"]) - set(ACCOUNTS)) if TORCH in known else []
    print(f"regions of the SDK that our table leaves out (other partitions): {', '.join(left_out) or 'none'}")
    return 1 if wrong else 0


def differences() -> Iterator[str]:
    """What is not as the SDK has it."""
    somewhere = Stage("dev", "eu-west-1", "s", "m", "d", "p", "q.fifo", "l.fifo")
    for region in sorted(ACCOUNTS):
        stage = replace(somewhere, region=region)
        for instance in INSTANCES:
            older = f"{registry(stage)}/{FALLBACK[processor(instance)]}"
            for ours, (framework, number) in ((image(stage, instance), NEWEST), (older, UBUNTU)):
                theirs = _theirs(framework, number, region, instance)
                if ours != theirs:
                    yield f"{region}, {instance}: ours is {ours}, the SDK's {theirs}"


def _theirs(framework: str, number: str, region: str, instance: str) -> str:
    try:
        return str(
            image_uris.retrieve(
                framework=framework, version=number, region=region, image_scope="training", instance_type=instance
            )
        )
    except ValueError as error:
        return f"none ({str(error)[:100]})"


def _known(framework: str) -> dict[str, Any]:
    text = files("sagemaker.core").joinpath(f"image_uri_config/{framework}.json").read_text()
    versions: dict[str, Any] = json.loads(text)["training"]["versions"]
    return versions


if __name__ == "__main__":
    sys.exit(main())
