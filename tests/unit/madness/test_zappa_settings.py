"""What Zappa would do to the dashboard without being asked, and the settings say no to."""

from __future__ import annotations

from typing import Any

import pytest

from madness.deploy.settings import read

_, ZAPPA = read()
STAGES = sorted(ZAPPA.keys() - {"base"})


@pytest.fixture(params=STAGES)
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {**ZAPPA["base"], **ZAPPA[request.param]}


def test_nothing_is_public_or_open_by_default_of_zappa(settings: dict[str, Any]) -> None:
    assert settings["debug"] is False  # its default shows tracebacks to whoever asks
    assert settings["manage_roles"] is False  # its role may do anything with every bucket
    assert settings["cors"] is False
    assert settings["keep_warm"] is False


def test_the_app_packs_its_answers_and_nobody_else_does(settings: dict[str, Any]) -> None:
    assert settings["payload_compression"] is False
    assert settings.get("binary_support", True) is True  # without it, packed answers arrive broken


def test_the_api_is_regional_so_that_our_cloudfront_is_the_only_one(settings: dict[str, Any]) -> None:
    assert settings["endpoint_configuration"] == ["REGIONAL"]


def test_no_secret_stands_in_the_repository(settings: dict[str, Any]) -> None:
    variables = {**settings["environment_variables"], **settings.get("aws_environment_variables", {})}
    assert not {"MADNESS_DASHBOARD_LOGIN", "MADNESS_DASHBOARD_ORIGIN_SECRET"} & variables.keys()
