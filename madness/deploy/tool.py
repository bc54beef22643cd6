"""Run Chalice or Zappa: all that it prints in a log, its steps passed on, its failures told from its output too."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hoops.errors import MadnessError
from operate.aws import missing_right
from operate.stage import APP, Stage

# Chalice says so of a package that lacks what it needs, and ends as if all was well.
_FAILED_ANYWAY = "Could not install dependencies"
_STEPS = ("Creating", "Updating", "Configuring", "Subscribing", "Deleting", "Deploying", "Waiting", "Uploading")


# Zappa asks for ever for a stack that came to rest as it does not expect, and nobody else may deploy meanwhile.
_PATIENCE = 1200.0


class ToolError(MadnessError):
    """A tool failed; the text holds the end of what it printed, and says where all of it is."""


def run(
    what: str,
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    say: Callable[[str], None],
    patience: float = _PATIENCE,
) -> None:
    """Run a tool to its end.

    Parameters
    ----------
    what
        The command as a person would type it.
    folder
        Where it runs.
    say
        Is told of each step.
    patience
        Seconds after which it is stopped.

    Raises
    ------
    ToolError
        It failed, did not come to an end, or left a package without its dependencies.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    printed: list[str] = []
    with log.open("a") as sink:
        sink.write(f"--- {time.strftime('%Y-%m-%dT%H:%M:%S')} {what}\n")
        tool = subprocess.Popen(
            [str(part) for part in command], cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert tool.stdout is not None
        late = threading.Event()

        def stop() -> None:
            late.set()
            tool.kill()

        watch = threading.Timer(patience, stop)
        watch.daemon = True
        watch.start()
        try:
            for line in tool.stdout:
                sink.write(line)
                printed.append(line.rstrip())
                if line.startswith(_STEPS):
                    say(line.strip())
            code = tool.wait()
        finally:
            watch.cancel()
    if late.is_set():
        tail = "\n".join(f"  {line}" for line in printed[-12:])
        raise ToolError(
            f"{what} had not ended after {patience:g} seconds and was stopped; the last that it printed:\n{tail}\n"
            f"Look in CloudFormation for a stack of {APP} that failed, and why; then run the same command again, which "
            f"goes on from what is there. The whole log is {log}."
        )
    if code != 0 or any(_FAILED_ANYWAY in line for line in printed):
        tail = "\n".join(f"  {line}" for line in printed[-12:])
        right = missing_right(" ".join(printed))
        raise ToolError(f"{what} failed:\n{tail}\n{right + ' ' if right else ''}The whole log is {log}.")


def environment(stage: Stage, shell: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The shell's environment with every AWS client going where the stage is."""
    kept = {name: value for name, value in shell.items() if not name.startswith("AWS_ENDPOINT_URL")}
    kept |= {"AWS_DEFAULT_REGION": stage.region, "AWS_REGION": stage.region}
    meant = shell.get("MADNESS_AWS_ENDPOINT")
    return kept | ({"AWS_ENDPOINT_URL": meant} if meant else {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"})
