"""What the variables of a stage say about training, and what is wrong with them."""

from __future__ import annotations

import json

import pytest

from operate.stage import CONFIG, StageError, project_root
from operate.training.jobs import TrainingError, TrainingSettings, hyperparameters

GOOD = {
    "MADNESS_TRAINING_INSTANCE": "ml.g4dn.xlarge",
    "MADNESS_TRAINING_SPOT": "true",
    "MADNESS_TRAINING_MAX_RUN": "7200",
    "MADNESS_TRAINING_MAX_WAIT": "14400",
    "MADNESS_TRAINING_VOLUME": "30",
}


def test_every_stage_says_what_its_jobs_run_on() -> None:
    stages = json.loads((project_root() / CONFIG).read_text())["stages"]
    for name, found in stages.items():
        settings = TrainingSettings.of(name, found["environment_variables"])
        assert settings == TrainingSettings("ml.g4dn.xlarge", True, 7200, 14400, 30)
        assert settings.quota == "ml.g4dn.xlarge for spot training job usage"


def test_settings_that_need_not_be_there() -> None:
    image = "1234.dkr.ecr.eu-central-1.amazonaws.com/pytorch:2.13-own"
    found = TrainingSettings.of("dev", GOOD | {
        "MADNESS_TRAINING_SPOT": "false", "MADNESS_TRAINING_MAX_WAIT": "", "MADNESS_TRAINING_IMAGE": image,
        "MADNESS_TRAINING_HYPERPARAMETERS": '{"search": true, "weight_decay": 0.2, "device": "cuda"}',
    })  # fmt: skip
    texts = {"search": "true", "weight-decay": "0.2", "device": '"cuda"'}
    assert found == TrainingSettings("ml.g4dn.xlarge", False, 7200, 7200, 30, image, texts)
    assert found.quota == "ml.g4dn.xlarge for training job usage"


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("INSTANCE", "", "an instance type of SageMaker, such as ml.g4dn.xlarge"),
        ("INSTANCE", "g4dn.xlarge", "an instance type"),
        ("SPOT", "yes", "true or false"),
        ("MAX_RUN", "", "a whole number from 60 to 2,419,200"),
        ("MAX_RUN", "59", "a whole number from 60"),
        ("MAX_RUN", "2419201", "a whole number from 60"),
        ("MAX_WAIT", "7199", "a whole number from 7,200 .*no less than MADNESS_TRAINING_MAX_RUN"),
        ("MAX_WAIT", "1e5", "a whole number"),
        ("VOLUME", "0", r"a whole number from 1 to 16,384 \(GB\)"),
        ("IMAGE", "pytorch", ".*HOST/NAME:TAG"),
        ("IMAGE", "host.com/name", ".*HOST/NAME:TAG"),
        ("HYPERPARAMETERS", "width=8", "a JSON object"),
        ("HYPERPARAMETERS", "[8]", "a JSON object"),
        ("HYPERPARAMETERS", '{"league": "W"}', r"a JSON object .*'league'.*say what the job is launched for"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(variable: str, value: str, allowed: str) -> None:
    with pytest.raises(StageError, match=f"MADNESS_TRAINING_{variable} is .*allowed is {allowed}") as failed:
        TrainingSettings.of("dev", GOOD | {f"MADNESS_TRAINING_{variable}": value})
    assert "stages.dev.environment_variables of .chalice/config.json" in str(failed.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ridge": float("nan")}, "hyperparameter 'ridge' is nan; allowed is a text, a number, true or false"),
        ({"groups": [1]}, r"'groups' is \[1\]; allowed"),
        ({"groups": "x" * 2_499}, "'groups' has 2,501 characters; 2,500 are allowed"),
        ({f"h{number}": 1 for number in range(81)}, "81 hyperparameters; 80 are allowed"),
    ],
)
def test_hyperparameters_that_sagemaker_would_refuse(given: dict[str, object], said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        hyperparameters(given)
