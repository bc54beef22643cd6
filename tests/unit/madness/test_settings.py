"""Settings stand in one place; what says them again is derived."""

import json
import shutil
from pathlib import Path

import pytest

from madness.deploy.functions import wanted
from madness.deploy.rights import policies
from madness.deploy.settings import ZAPPA, configure, files, named, read
from operate.stage import CONFIG, FUNCTIONS, StageError, project_root

ACCOUNT = "123456789012"


@pytest.fixture
def checkout(tmp_path) -> Path:
    shutil.copytree(project_root() / ".chalice", tmp_path / ".chalice", ignore=shutil.ignore_patterns("deploy*"))
    shutil.copy(project_root() / ZAPPA, tmp_path)
    return tmp_path


def test_every_file_is_as_the_settings_say() -> None:
    root = project_root()
    behind = [str(path) for path, text in files(*read(root)).items() if (root / path).read_text() != text]
    assert behind == [], "run `madness configure`"
    policies = {str(path.relative_to(root)) for path in root.glob(".chalice/policy-*.json")}
    assert policies == {str(path) for path in files(*read(root)) if path.name.startswith("policy-")}


def test_a_stage_gets_its_region_and_names_everywhere(checkout) -> None:
    stage, changed = configure("dev", region="us-east-2", account=ACCOUNT, root=checkout)
    assert (stage.region, stage.source) == ("us-east-2", f"madness-dev-{ACCOUNT}-source")
    assert {path.name for path in changed} >= {"config.json", "zappa_settings.json", "policy-dev-reconcile.json"}
    dev = json.loads((checkout / CONFIG).read_text())["stages"]["dev"]
    assert dev["layers"][0].startswith("arn:aws:lambda:us-east-2:336392948345:layer:AWSSDKPandas-Python312:")
    zappa = json.loads((checkout / ZAPPA).read_text())["dev"]
    assert (zappa["aws_region"], zappa["s3_bucket"]) == ("us-east-2", f"madness-dev-{ACCOUNT}-deployments")
    assert zappa["environment_variables"]["MADNESS_DASHBOARD_BUCKET"] == stage.dashboard
    policy = (checkout / ".chalice" / "policy-dev-reconcile.json").read_text()
    assert "eu-central-1" not in policy and ACCOUNT in policy
    assert configure("dev", root=checkout) == (stage, [])


def test_other_stages_stay(checkout) -> None:
    before = json.loads((checkout / CONFIG).read_text())
    _, changed = configure("dev", account=ACCOUNT, root=checkout)
    after = json.loads((checkout / CONFIG).read_text())
    assert {name for name in before["stages"] if before["stages"][name] != after["stages"][name]} == {"dev"}
    assert not any("prod" in path.name or "local" in path.name for path in changed)


def test_a_new_stage_begins_as_dev(checkout) -> None:
    stage, _ = configure("staging", region="eu-north-1", account=ACCOUNT, root=checkout)
    assert (stage.queue, stage.models) == ("madness-staging-results.fifo", f"madness-staging-{ACCOUNT}-models")
    assert "dev" not in json.dumps(json.loads((checkout / CONFIG).read_text())["stages"]["staging"])
    assert json.loads((checkout / ZAPPA).read_text())["staging"]["role_name"] == "madness-staging-dashboard"
    assert len(list((checkout / ".chalice").glob("policy-staging-*.json"))) == len(FUNCTIONS)


def test_a_stage_of_an_earlier_version_gets_what_it_lacks(checkout) -> None:
    stage, _ = configure("staging", account=ACCOUNT, root=checkout)
    path = checkout / CONFIG
    whole = json.loads(path.read_text())
    config = json.loads(path.read_text())
    mine = config["stages"]["staging"]
    del mine["lambda_functions"]["start_training"], mine["environment_variables"]["MADNESS_TRAINING_SCHEDULE"]
    mine["environment_variables"]["MADNESS_WATCH_SCHEDULE"] = "rate(1 day)"  # its own stays
    path.write_text(json.dumps(config))
    with pytest.raises(StageError, match="before there was start_training: `madness configure --stage staging` adds"):
        wanted(stage, checkout)
    configure("staging", root=checkout)
    whole["stages"]["staging"]["environment_variables"]["MADNESS_WATCH_SCHEDULE"] = "rate(1 day)"
    assert json.loads(path.read_text()) == whole
    assert [one.name for one in wanted(stage, checkout)] == list(FUNCTIONS)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"name": "Dev!"}, "lower-case letters"),
        ({"name": "dev", "account": "12"}, "twelve digits"),
        ({"name": "dev", "region": "mars-1"}, "'mars-1' is no region of AWS"),
        ({"name": "dashboard"}, "uses that name"),
        ({"name": "edge"}, "uses that name"),
        ({"name": "base"}, "uses that name"),
        ({"name": "local", "region": "eu-west-1"}, "on this machine"),
    ],
)
def test_what_aws_would_not_take_is_refused_before_anything_is_written(wish, said, checkout) -> None:
    before = (checkout / CONFIG).read_text()
    with pytest.raises(StageError, match=said):
        configure(**wish, root=checkout)
    assert (checkout / CONFIG).read_text() == before


def test_names_of_buckets_are_not_too_long() -> None:
    config = named(read()[0], "twelveletter", account=ACCOUNT)
    variables = config["stages"]["twelveletter"]["environment_variables"]
    assert all(len(value) <= 63 for key, value in variables.items() if key.endswith("_BUCKET"))


OWN = "arn:aws:lambda:me-south-1:111122223333:layer:pandas:3"


def test_the_layer_is_that_of_the_region_or_ones_own(checkout) -> None:
    def layers() -> list[str]:
        return json.loads((checkout / CONFIG).read_text())["stages"]["dev"]["layers"]

    configure("dev", region="af-south-1", root=checkout)
    assert layers() == ["arn:aws:lambda:af-south-1:336392948345:layer:AWSSDKPandas-Python312:26"]
    before = (checkout / CONFIG).read_text()
    for region in ("me-south-1", "us-gov-west-1"):
        with pytest.raises(StageError, match=rf"not in {region} but in af-south-1, .*--region {region} --layer ARN"):
            configure("dev", region=region, root=checkout)
    with pytest.raises(StageError, match="in the stage's region"):
        configure("dev", layer=OWN, root=checkout)
    with pytest.raises(StageError, match="Zappa"):
        configure("dev", region="cn-north-1", layer=OWN.replace("me-south-1", "cn-north-1"), root=checkout)
    assert (checkout / CONFIG).read_text() == before
    stage, _ = configure("dev", region="me-south-1", layer=OWN, root=checkout)
    configure("dev", account=ACCOUNT, root=checkout)
    assert layers() == [OWN], "it is kept"
    shutil.copytree(project_root() / "docs" / "iam", checkout / "docs" / "iam")
    assert "arn:aws:lambda:me-south-1:111122223333:layer:pandas:*" in json.dumps(policies(stage, ACCOUNT, checkout))
    configure("dev", region="us-east-1", root=checkout)
    assert layers()[0].endswith("AWSSDKPandas-Python312:27"), "it is of another region"
