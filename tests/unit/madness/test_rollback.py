"""Going back to what was live before, while Lambda takes its time over every change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from madness.deploy import functions
from madness.deploy.functions import Function, FunctionError
from madness.deploy.releases import Part, ReleaseError, Releases
from madness.deploy.rollback import roll_back
from madness.deploy.sources import current, point
from operate.stage import Stage
from tests.fake_lambda import Iam, SlowLambda, code
from tests.memory_store import MemoryStore

STAGE = Stage("dev", "eu-west-1", "s", "m", "d", "deployments", "q.fifo", "l.fifo")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAME, DASHBOARD = "madness-dev-reconcile", "madness-dashboard-dev"


class Account:
    """A stage on AWS to which `deploy` brings the n-th program."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.models = MemoryStore("deployments"), MemoryStore("m")
        self.aws, self.iam = SlowLambda(self.store), Iam({})
        self.releases = Releases(self.store)
        self.slept = 0.0
        monkeypatch.setattr(
            "madness.deploy.rollback.S3Store", lambda client, bucket: {"m": self.models}.get(bucket, self.store)
        )

    def clients(self, service: str):
        return {"lambda": self.aws, "iam": self.iam, "s3": None}[service]

    def deploy(self, number: int) -> None:
        """What is live, as release, with another memory, policy and package each time."""
        parts = []
        for name, policy in ((NAME, {"Statement": [number]}), (DASHBOARD, None)):
            package = f"{name} {number}".encode()
            self.store.put(f"packages/{name}-{number}.zip", package)
            variables = {"N": str(number), "MADNESS_DASHBOARD_LOGIN": "secret"}
            self.aws.make(name, package, MemorySize=1000 + number, Environment={"Variables": variables})
            if policy:
                self.iam.policies[name] = policy
            settings = functions.configuration(self.aws.get_function_configuration(name))
            parts.append(
                Part(
                    f"c{number}", f"packages/{name}-{number}.zip", 1, {name: Function(settings, code(package), policy)}
                )
            )
        key = f"training/code/{number}.tar.gz"
        point(self.models, key)
        self.releases.add(by="ada", commit="abc", pipeline=parts[0], dashboard=parts[1], sources=key, now=NOW)

    def back(self, to: int | None = None):
        def sleep(seconds: float) -> None:
            self.slept += seconds

        return roll_back(STAGE, self.clients, to, lambda _: None, sleep)

    def live(self) -> tuple[str, int, str, dict]:
        found = self.aws.functions[NAME]
        number = found["Environment"]["Variables"]["N"]
        return found["CodeSha256"], found["MemorySize"], number, self.iam.policies[NAME]


@pytest.fixture
def account(monkeypatch):
    return Account(monkeypatch)


def state(number: int) -> tuple[str, int, str, dict]:
    return code(f"{NAME} {number}".encode()), 1000 + number, str(number), {"Statement": [number]}


def test_code_settings_and_rights_go_back_one_release_at_a_time_until_there_is_none(account) -> None:
    for number in (1, 2, 3):
        account.deploy(number)
    done = account.back()
    assert (done.came_from.number, done.went_to.number, done.changed) == (3, 2, [NAME, DASHBOARD, "training"])
    assert account.live() == state(2)
    assert account.aws.functions[DASHBOARD]["CodeSha256"] == code(f"{DASHBOARD} 2".encode())
    assert account.slept > 0, "each change is waited for"
    account.back()
    assert account.live() == state(1)
    with pytest.raises(ReleaseError, match="no release before 1"):
        account.back()
    assert account.live() == state(1)


def test_forward_again_and_a_deployment_after_it(account) -> None:
    for number in (1, 2):
        account.deploy(number)
    account.back()
    assert current(account.models) == "training/code/1.tar.gz"
    assert account.back(to=2).went_to.number == 2
    assert current(account.models) == "training/code/2.tar.gz"
    assert account.live() == state(2)
    account.back()
    account.deploy(3)
    assert account.releases.current().previous == 1
    account.back()
    assert account.live() == state(1)


def test_what_was_cut_short_goes_on_and_changes_only_the_rest(account) -> None:
    for number in (1, 2):
        account.deploy(number)
    account.aws.fails = DASHBOARD
    with pytest.raises(FunctionError, match=f"could not change {DASHBOARD}: the layer is gone"):
        account.back()
    assert account.releases.current().number == 2, "not there yet"
    account.aws.fails = None
    account.aws.functions[DASHBOARD]["LastUpdateStatus"] = "Successful"
    account.aws.calls.clear()
    account.back()
    assert account.aws.calls == [f"{DASHBOARD} settings"]
    assert account.releases.current().number == 1


def test_who_may_see_the_dashboard_is_in_no_release_and_stays(account) -> None:
    for number in (1, 2):
        account.deploy(number)
    assert "secret" not in account.store.get("releases/000001.json").body.decode()
    account.aws.functions[DASHBOARD]["Environment"]["Variables"]["MADNESS_DASHBOARD_LOGIN"] = "another"
    account.back()
    assert account.aws.functions[DASHBOARD]["Environment"]["Variables"] == {
        "N": "1",
        "MADNESS_DASHBOARD_LOGIN": "another",
    }


def test_another_package_under_the_name_of_the_old_one_is_found_out(account) -> None:
    for number in (1, 2):
        account.deploy(number)
    account.store.put(f"packages/{NAME}-1.zip", b"something else")
    with pytest.raises(FunctionError, match="runs another package"):
        account.back()


def test_a_function_that_is_being_made_or_changed_is_waited_for(account) -> None:
    account.deploy(1)
    account.deploy(2)
    account.aws.functions[NAME]["State"] = "Pending"
    account.aws._looks[NAME] = 5
    account.back()
    assert account.live() == state(1)


def test_without_a_release_there_is_nothing_to_go_back_to(account) -> None:
    with pytest.raises(ReleaseError, match="madness deploy"):
        account.back()
