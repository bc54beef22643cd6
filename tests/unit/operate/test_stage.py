"""Names of a stage stand in `.chalice/config.json` and nowhere else."""

import json
from pathlib import Path

import pytest
from chalice.config import Config

from madness.deploy.policies import STAGES, policy, write_all
from operate.stage import FUNCTIONS, StageError, load_stage, project_root

ROOT = project_root()
CONFIG = json.loads((ROOT / ".chalice" / "config.json").read_text())


def with_config(folder: Path, stages: dict) -> Path:
    (folder / ".chalice").mkdir()
    (folder / ".chalice" / "config.json").write_text(json.dumps({"stages": stages}))
    return folder


def test_stages_are_configured() -> None:
    assert set(CONFIG["stages"]) == set(STAGES)
    stage = load_stage("local")
    assert (stage.source, stage.queue) == ("madness-local-source", "madness-local-results.fifo")
    assert stage.dead_letters == "madness-local-results-dlq.fifo"


def test_an_unknown_stage_says_which_there_are(tmp_path) -> None:
    with pytest.raises(StageError, match="no stage 'qa'; it has dev, local, prod"):
        load_stage("qa")


def test_a_missing_setting_says_where_to_write_it(tmp_path) -> None:
    root = with_config(tmp_path, {"dev": {"environment_variables": {"MADNESS_SOURCE_BUCKET": "a"}}})
    with pytest.raises(StageError, match=r"MADNESS_MODELS_BUCKET.*stages\.dev\.environment_variables"):
        load_stage("dev", root)


@pytest.mark.parametrize("stage", STAGES)
def test_every_function_is_sized_and_has_its_policy(stage) -> None:
    assert set(CONFIG["stages"][stage]["lambda_functions"]) == set(FUNCTIONS)
    as_chalice_sees = {name: Config(stage, name, config_from_disk=CONFIG) for name in FUNCTIONS}
    for name, function in as_chalice_sees.items():
        assert function.iam_policy_file == f"policy-{stage}-{name}.json"
        assert (ROOT / ".chalice" / function.iam_policy_file).exists()
        assert function.lambda_memory_size == 1769
        assert function.environment_variables["OPENBLAS_NUM_THREADS"] == "1"
        assert function.environment_variables["MADNESS_STAGE"] == stage
    assert as_chalice_sees["accept_results"].lambda_timeout == 900
    # A message's visibility timeout (infra/template.yaml) is six times the function's.
    assert as_chalice_sees["apply_results"].lambda_timeout * 6 == 720


def test_policy_files_are_those_that_the_names_give(tmp_path) -> None:
    copy = with_config(tmp_path, CONFIG["stages"])
    written = write_all(copy)
    assert len(written) == len(STAGES) * len(FUNCTIONS)
    for path in written:
        committed = (ROOT / ".chalice" / path.name).read_text()
        assert committed == path.read_text(), f"{path.name} is behind: python -m madness.deploy.policies"
    assert write_all(copy) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_may_everything(function) -> None:
    statements = policy(load_stage("prod"), function)["Statement"]
    assert all("*" not in action for statement in statements for action in statement["Action"])
    # AWS takes the listing of mappings for all functions or for none: it has no resources.
    listing = [one for one in statements if one["Action"] == ["lambda:ListEventSourceMappings"]]
    assert len(listing) == (function == "reconcile")
    resources = [resource for one in statements if one not in listing for resource in one["Resource"]]
    assert all("madness-prod" in resource for resource in resources)


def test_only_the_pipeline_layer_of_aws_is_heavy() -> None:
    assert "layers" not in CONFIG["stages"]["local"]
    for stage in ("dev", "prod"):
        (layer,) = CONFIG["stages"][stage]["layers"]
        assert layer.startswith("arn:aws:lambda:eu-central-1:336392948345:layer:AWSSDKPandas-Python312:")


def test_what_is_deployed_is_linked_into_vendor() -> None:
    links = {path.name: path for path in (ROOT / "vendor").iterdir() if not path.name.startswith(".")}
    assert set(links) == {"hoops", "lake", "operate", "pipeline_app"}
    assert all(str(link.readlink()) == f"../{name}" for name, link in links.items())
