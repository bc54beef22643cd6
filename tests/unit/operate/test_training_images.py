"""Which image of AWS a training job runs in."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from madness.deploy.settings import LAYER_VERSIONS
from operate.stage import StageError, load_stage, project_root
from operate.training.images import ACCOUNTS, TORCH, image


@pytest.fixture
def stage():
    return load_stage("dev")


@pytest.mark.parametrize("region", sorted(LAYER_VERSIONS))
def test_wherever_functions_can_be_there_is_an_image(stage, region):
    found = image(replace(stage, region=region), "ml.g4dn.xlarge")
    assert re.fullmatch(
        rf"[0-9]{{12}}\.dkr\.ecr\.{region}\.amazonaws\.com/pytorch:{TORCH}-cu133-amzn2023-sagemaker", found
    )


def test_regions_with_an_account_of_their_own(stage):
    accounts = {region: image(replace(stage, region=region)).partition(".")[0] for region in ACCOUNTS}
    assert accounts["eu-central-1"] == accounts["us-east-1"] == "763104351884"
    assert (accounts["af-south-1"], accounts["ap-northeast-3"]) == ("626614931356", "364406365360")


@pytest.mark.parametrize(("instance", "tag"), [
    ("ml.g4dn.xlarge", "cu133"), ("ml.g6.2xlarge", "cu133"), ("ml.p5.48xlarge", "cu133"),
    ("ml.m5.xlarge", "cpu"), ("ml.c7i.4xlarge", "cpu"), ("ml.t3.medium", "cpu"),
])  # fmt: skip
def test_an_instance_without_a_gpu_gets_the_image_without_cuda(stage, instance, tag):
    assert image(stage, instance).endswith(f"/pytorch:{TORCH}-{tag}-amzn2023-sagemaker")


@pytest.mark.parametrize("region", ["cn-north-1", "eu-moon-1"])
def test_a_region_without_one_is_named_with_what_to_do(stage, region):
    with pytest.raises(StageError, match=rf"no PyTorch image of AWS in {region}.*MADNESS_TRAINING_IMAGE of stage dev"):
        image(replace(stage, region=region))


def test_the_image_has_the_torch_that_the_job_is_tested_with():
    assert re.search(rf"^TORCH := {TORCH}\.", (project_root() / "Makefile").read_text(), re.MULTILINE)
