"""What exists is documented: every command, option and setting."""

import json
import re

import pyarrow as pa
import pytest
import typer

from hoops.games.leagues import League
from hoops.schemas import PUBLISHED
from hoops.tables import describe
from lake.published import table_key
from madness.cli import app
from operate.stage import project_root

ROOT = project_root()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
README = (ROOT / "README.md").read_text()
COMMANDS: dict = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def section(command: str) -> str:
    match = re.search(rf"### madness {command}\n(.*?)(?=\n##)", OPERATIONS, re.S)
    assert match, f"docs/operations.md has no section 'madness {command}'"
    return match[1]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_and_option_is_documented(command) -> None:
    text = section(command)
    assert f"madness {command}" in README
    below = getattr(COMMANDS[command], "commands", {})
    for name in below:
        assert f"`madness {command} {name}" in text
    for parameter in (one for part in (COMMANDS[command], *below.values()) for one in part.params):
        for name in parameter.opts:
            if name.startswith("--") and name != "--help":
                assert f"`{name}" in text, f"{name} of `madness {command}` is not in docs/operations.md"


def test_every_documented_command_exists() -> None:
    assert set(re.findall(r"^### madness (\w+)$", OPERATIONS, re.M)) == set(COMMANDS)


def test_every_setting_is_documented() -> None:
    chalice = json.loads((ROOT / ".chalice" / "config.json").read_text())
    settings = {name for part in (chalice, *chalice["stages"].values()) for name in part["environment_variables"]}
    zappa = json.loads((ROOT / "zappa_settings.json").read_text())
    settings |= {name for stage in zappa.values() for name in stage.get("environment_variables", {})}
    settings |= {p.envvar for command in COMMANDS.values() for p in command.params if p.envvar}
    assert [name for name in sorted(settings) if f"`{name}`" not in OPERATIONS] == []


def test_the_readme_begins_with_the_two_commands() -> None:
    first = README.split("```")[1]
    assert [line.split("#")[0].strip() for line in first.strip().splitlines()] == ["make up", "make test"]


def test_links_of_the_documents_lead_somewhere() -> None:
    for document in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_table_of_what_runs_on_what_is_that_of_the_locks_and_the_layer() -> None:
    table = (ROOT / "docs" / "architecture.md").read_text().split("## What runs on what")[1].split("\n## ")[0]
    pinned = re.findall(r"^(numpy|pyarrow|boto3)==([\d.]+)", (ROOT / "locks" / "run.txt").read_text(), re.M)
    pinned += re.findall(r"^(TORCH) := ([\d.]+)", (ROOT / "Makefile").read_text(), re.M)
    assert {name for name, _ in pinned} == {"numpy", "pyarrow", "boto3", "TORCH"}
    assert [name for name, version in pinned if version not in table] == []
    layers = re.findall(r"AWSSDKPandas-Python312:\d+", (ROOT / ".chalice" / "config.json").read_text())
    assert layers and set(layers) == set(re.findall(r"AWSSDKPandas-Python312:\d+", table))


def test_the_page_of_the_published_tables_is_that_of_the_schemas() -> None:
    assert (ROOT / "docs" / "tables.md").read_text() == describe.document(), "run: make tables"


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_column_says_what_it_is_and_when_it_is_null(name) -> None:
    for field in PUBLISHED[name].schema:
        told = field.metadata
        assert told[b"description"], field.name
        assert field.nullable == (b"null" in told), field.name
        bare = field.name.endswith("_id") or field.name in ("site", "rank", "play", "biggest_play")
        assert told[b"unit"] or bare or field.type not in (pa.int8(), pa.int16(), pa.int32(), pa.float64()), field.name


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_page_says_where_each_table_lies(name) -> None:
    there = describe.key(name, PUBLISHED[name]).replace("{M|W}", "W").replace("<season>", "2024")
    assert there == table_key(name, League.WOMEN, 2024)


def test_the_dashboard_on_aws_reads_the_stages_bucket() -> None:
    stages = json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"]
    zappa = json.loads((ROOT / "zappa_settings.json").read_text())
    for name in ("dev", "prod"):
        variables = stages[name]["environment_variables"]
        assert zappa[name]["environment_variables"]["MADNESS_DASHBOARD_BUCKET"] == variables["MADNESS_DASHBOARD_BUCKET"]
        assert zappa[name]["role_name"] == f"madness-{name}-dashboard"
