"""Names of a stage stand in `.chalice/config.json` and nowhere else."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from chalice.config import Config

from madness.deploy.policies import policy
from operate.aws import account_clients
from operate.stage import FUNCTIONS, Stage, StageError, keep_to, load_stage, project_root, refuse_other_endpoints

ROOT = project_root()
CONFIG = json.loads((ROOT / ".chalice" / "config.json").read_text())
STAGES = ("local", "dev", "prod")


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
    root = with_config(
        tmp_path, {"dev": {"environment_variables": {"MADNESS_REGION": "eu-west-1", "MADNESS_SOURCE_BUCKET": "a"}}}
    )
    with pytest.raises(StageError, match=r"MADNESS_MODELS_BUCKET.*stages\.dev\.environment_variables"):
        load_stage("dev", root)


@pytest.mark.parametrize("stage", STAGES)
def test_every_function_is_sized_and_has_its_policy(stage) -> None:
    assert set(CONFIG["stages"][stage]["lambda_functions"]) == set(FUNCTIONS)
    as_chalice_sees = {name: Config(stage, name, config_from_disk=CONFIG) for name in FUNCTIONS}
    for name, function in as_chalice_sees.items():
        assert function.iam_policy_file == f"policy-{stage}-{name}.json"
        assert (ROOT / ".chalice" / function.iam_policy_file).exists()
        assert function.lambda_memory_size == (1024 if name == "transform_events" else 1769)
        assert function.environment_variables["OPENBLAS_NUM_THREADS"] == "1"
        assert function.environment_variables["MADNESS_STAGE"] == stage
        assert function.environment_variables["ARROW_DEFAULT_MEMORY_POOL"] == "system"
    assert as_chalice_sees["accept_results"].lambda_timeout == as_chalice_sees["transform_events"].lambda_timeout == 900
    # A message's visibility timeout (infra/template.yaml) is six times the function's.
    assert as_chalice_sees["apply_results"].lambda_timeout * 6 == 720


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_may_everything(function) -> None:
    statements = policy(load_stage("prod"), function)["Statement"]
    assert all("*" not in action for statement in statements for action in statement["Action"])
    # AWS takes the listing of mappings, and that of jobs, for all or for none: they have no resources.
    listed = {"reconcile": "lambda:ListEventSourceMappings", "start_training": "sagemaker:ListTrainingJobs"}
    listing = [one for one in statements if one["Resource"] == ["*"]]
    assert [one["Action"] for one in listing] == [[action] for name, action in listed.items() if name == function]
    resources = [resource for one in statements if one not in listing for resource in one["Resource"]]
    assert all("madness-prod" in resource for resource in resources)


def test_the_local_functions_need_no_layer() -> None:
    assert "layers" not in CONFIG["stages"]["local"]


def test_what_is_deployed_is_linked_into_vendor() -> None:
    links = {path.name: path for path in (ROOT / "vendor").iterdir() if not path.name.startswith(".")}
    assert set(links) == {"hoops", "lake", "operate", "pipeline_app"}
    assert all(str(link.readlink()) == f"../{name}" for name, link in links.items())


DEV = Stage("dev", "us-west-2", "s", "m", "d", "p", "q.fifo", "l.fifo")
LOCAL = replace(DEV, name="local")


def test_who_deploys_goes_where_the_stage_is(monkeypatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))
    environment = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_PROFILE": "mine"}
    keep_to(DEV, environment)
    assert environment == {"AWS_DEFAULT_REGION": "us-west-2", "AWS_PROFILE": "mine"}


def test_another_python_packages_for_other_functions(monkeypatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 11, 7))
    with pytest.raises(StageError, match=r"Python 3\.11; functions and layer of stage dev are of 3\.12"):
        keep_to(DEV, {})
    keep_to(LOCAL, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})


def test_a_function_stays_where_it_is() -> None:
    environment = {"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_REGION": "us-west-2", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    keep_to(DEV, environment)
    assert environment["AWS_REGION"] == "us-west-2"
    with pytest.raises(StageError, match=r"is in us-west-2, and this function in eu-west-1"):
        keep_to(DEV, environment | {"AWS_REGION": "eu-west-1"})


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_a_left_over_endpoint_is_refused(variable) -> None:
    left_over = {variable: "http://127.0.0.1:4566"}
    with pytest.raises(StageError, match=f"stage dev is on AWS, and {variable}=http://127.0.0.1:4566"):
        refuse_other_endpoints(DEV, left_over)
    with pytest.raises(StageError, match=variable):
        account_clients(DEV, left_over)
    refuse_other_endpoints(DEV, left_over | {"MADNESS_AWS_ENDPOINT": "http://127.0.0.1:4566"})
    refuse_other_endpoints(DEV, {variable: ""})
    refuse_other_endpoints(LOCAL, left_over)


def test_the_local_stage_never_goes_to_amazon() -> None:
    with pytest.raises(StageError, match="which AWS_ENDPOINT_URL does not name"):
        keep_to(LOCAL, {})


def test_clients_are_of_the_stages_region_whatever_a_profile_says(tmp_path, monkeypatch) -> None:
    profile = tmp_path / "config"
    profile.write_text("[default]\nregion = eu-north-1\nendpoint_url = http://127.0.0.1:4566\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(profile))
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    s3 = account_clients(DEV, {})("s3")
    assert (s3.meta.region_name, s3.meta.endpoint_url) == ("us-west-2", "https://s3.us-west-2.amazonaws.com")
    meant = account_clients(DEV, {"MADNESS_AWS_ENDPOINT": "http://127.0.0.1:4566"})("s3")
    assert meant.meta.endpoint_url == "http://127.0.0.1:4566"


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_arns_are_of_the_regions_partition(region, partition) -> None:
    stage = replace(DEV, region=region)
    assert stage.partition == partition
    arns = [arn for one in policy(stage, "reconcile")["Statement"] for arn in one["Resource"] if arn != "*"]
    assert all(arn.startswith(f"arn:{partition}:") for arn in arns)


def test_a_misspelt_region_is_named() -> None:
    with pytest.raises(StageError, match="'frankfurt' is no region of AWS"):
        _ = replace(DEV, region="frankfurt").partition
