"""Files of a sample league as data frames."""

import io

import numpy as np
import pandas as pd

from sample import SampleLeague


def table(sample: SampleLeague, name: str) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(sample.files[f"{name}.csv"]))


def truth(sample: SampleLeague, league: str) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(sample.truth[f"{league}Truth.csv"]))


def played(sample: SampleLeague, league: str) -> pd.DataFrame:
    """All games with box scores, and who they are between: Team1ID has the lower id."""
    kinds = {"regular": "RegularSeason", "ncaa": "NCAATourney"}
    games = pd.concat(
        [table(sample, f"{league}{name}DetailedResults").assign(Kind=kind) for kind, name in kinds.items()],
        ignore_index=True,
    )
    games["Team1ID"] = np.minimum(games.WTeamID, games.LTeamID)
    games["Team2ID"] = np.maximum(games.WTeamID, games.LTeamID)
    games["Won1"] = games.Team1ID == games.WTeamID
    games["Margin"] = np.where(games.Won1, 1, -1) * (games.WScore - games.LScore)
    return games
