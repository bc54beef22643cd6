"""The invented league as a training finds it: a job's channel, or the contract's files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from lake.training import channel
from tests.unit.hoops.fabricated_results import a_league

SEASONS = range(2010, 2015)
# A training of a second, in many small steps.
SMALL = {"seed": "1", "epochs": "26", "patience": "26", "batch": "16", "members": "2", "width": "3", "ridge": "1e6",
         "learning-rate": "0.003", "test-seasons": "1", "device": "cpu"}  # fmt: skip


def arguments(**more: str) -> list[str]:
    """Hyperparameters as SageMaker's toolkit passes them: sorted by name."""
    named = SMALL | {"league": "M"} | {name.replace("_", "-"): value for name, value in more.items()}
    return [text for name, value in sorted(named.items()) for text in (f"--{name}", value)]


def job_folders(root: Path) -> dict[str, str]:
    """The variables of a job whose /opt/ml is a folder."""
    return {
        "SM_CHANNEL_TRAINING": str(root / "input" / "data" / "training"),
        "SM_MODEL_DIR": str(root / "model"),
        "SM_OUTPUT_DATA_DIR": str(root / "output" / "data"),
        "SM_OUTPUT_DIR": str(root / "output"),
        "SM_NUM_GPUS": "0",
    }


def write_channel(root: Path, games: pa.Table | None = None) -> dict[str, str]:
    """A job's folder with a channel of games, those of the invented league if none are given; gives its variables."""
    variables = job_folders(root)
    folder = Path(variables["SM_CHANNEL_TRAINING"])
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in channel(a_league(seasons=SEASONS) if games is None else games, {}).items():
        (folder / name).write_bytes(body)
    return variables


def write_csv(folder: Path) -> None:
    """The same games as compact results of the men."""
    lines = ["Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT"]
    for row in a_league(seasons=SEASONS).to_pylist():
        first = row["team1_score"] > row["team2_score"]
        (winner, won), (loser, lost) = sorted(
            [(row["team1_id"], row["team1_score"]), (row["team2_id"], row["team2_score"])], key=lambda side: -side[1]
        )
        loc = "NHA"[row["site"] * (1 if first else -1)]
        lines.append(f"{row['season']},{row['day']},{winner},{won},{loser},{lost},{loc},{row['num_ot']}")
    (folder / "MRegularSeasonCompactResults.csv").write_text("\n".join(lines) + "\n")


def left(root: Path) -> dict[str, bytes]:
    """All that a job left in its folder and that is the same every time."""
    files = [*(root / "model").iterdir(), *(root / "output" / "data").iterdir()]
    return {file.name: file.read_bytes() for file in files if file.name not in ("run.json", "checkpoint.pt")}
