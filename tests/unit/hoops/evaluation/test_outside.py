"""Other people's forecasts from tiny files: kinds of header, sources, names, dates, and what is said of bad ones."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoops.contract import Rejected
from hoops.errors import MadnessError
from hoops.evaluation.outside import OutsideForecasts, said_in, settled
from hoops.evaluation.outside.spread import ENOUGH, FIRST_SCALE, fit_scale, walk_forward
from hoops.forecast.normal import phi
from hoops.games.leagues import League
from hoops.games.reference import Reference
from hoops.games.results import Results
from lake.outside import read_outside
from tests.unit.hoops.fabricated_games import without_box

DUKE, IONA, YALE, UCLA = 1181, 1233, 1463, 1417
SPREADS = "Season,DayNum,HomeTeamID,AwayTeamID,HomeScore,AwayScore,CRType,home_spread,total"
MONEY = "Season,DayNum,HomeTeamID,AwayTeamID,p_home_novig_median,n_books"
FAVOURITES = "year,round,favorite,underdog,favorite_probability,favorite_win_flag"
ROUNDS = "season,forecast_date,team," + ",".join(f"rd{n}_win,rd{n}_win_outcome" for n in range(1, 8))

# Season, day, kind, team 1, team 2, margin: Duke beats Iona, Yale beats UCLA, then Duke beats Yale.
GAMES = [
    (2021, 20, "regular", DUKE, IONA, 5),
    (2021, 20, "regular", UCLA, YALE, -3),
    (2021, 25, "regular", DUKE, YALE, 9),
    (2021, 136, "ncaa", DUKE, IONA, 12),
    (2021, 136, "ncaa", UCLA, YALE, -1),
    (2021, 138, "ncaa", DUKE, YALE, 4),
]
WOMEN = [(season, day, kind, team1 + 2000, team2 + 2000, margin) for season, day, kind, team1, team2, margin in GAMES]


def played(games: list[tuple]) -> Results:
    season, day, kind, team1, team2, margin = zip(*sorted(games, key=lambda game: (*game[:2], *game[3:5])), strict=True)
    return without_box(season, day, kind, team1, team2, np.zeros(len(season)), margin, 0)


def reference(*without: str, shift: int = 0) -> Reference:
    tables = {
        "Teams": pa.table(
            {"team_id": [t + shift for t in (DUKE, IONA, YALE, UCLA)], "team_name": ["Duke", "Iona", "Yale", "UCLA"]}
        ),
        "TeamSpellings": pa.table({"spelling": ["iona (ny)"], "team_id": [IONA + shift]}),
        "Seasons": pa.table({"season": [2021], "day_zero": [date(2020, 11, 2)]}),
    }
    return Reference({name: table for name, table in tables.items() if name not in without})


Said = Callable[..., list[OutsideForecasts]]


@pytest.fixture
def said(tmp_path: Path) -> Said:
    """Read a file of these lines as forecasts, of the men's games above unless told otherwise."""

    def read(
        *lines: str,
        games: list[tuple] = GAMES,
        league: League = League.MEN,
        names: Reference | None = None,
        source: str | None = None,
        others: tuple[tuple[str, ...], ...] = (),
    ) -> list[OutsideForecasts]:
        """others: the lines of more files."""
        paths = []
        for number, text in enumerate((lines, *others)):
            paths.append(tmp_path / f"file{number or ''}.csv")
            paths[-1].write_text("\r\n".join(text) + "\r\n", encoding="utf-8-sig")
        shift = 0 if league is League.MEN else 2000
        return read_outside(paths, league, names or reference(shift=shift), played(games), source)

    return read


def only(found: list[OutsideForecasts]) -> OutsideForecasts:
    assert len(found) == 1
    return found[0]


def games_of(one: OutsideForecasts) -> list[tuple[int, int, int, int]]:
    return list(zip(*(column.tolist() for column in (one.season, one.day, one.team1, one.team2)), strict=True))


def test_a_spread_is_the_negative_margin_of_the_home_side_and_games_come_in_order_of_play(said: Said) -> None:
    line = only(
        said(
            SPREADS,
            f"2021,25,{YALE},{DUKE},60,69,Regular,7.5,140",
            f"2021,20,{DUKE},{IONA},80,75,Regular,-3.5,",
            f"2021,20,{YALE},{UCLA},70,67,Regular,2.0,139",
        )
    )
    assert line.name == "closing line"
    assert line.file == "file.csv"
    assert games_of(line) == [(2021, 20, DUKE, IONA), (2021, 20, UCLA, YALE), (2021, 25, DUKE, YALE)]
    assert line.margin.tolist() == [3.5, 2.0, 7.5]
    assert line.probability == pytest.approx(phi(line.margin / FIRST_SCALE))
    assert line.scales == {2021: FIRST_SCALE}
    assert "11.00 points" in line.note
    assert (line.unmatched, line.unplayed) == ((), 0)


def test_a_game_named_twice_counts_once_and_one_without_a_spread_not_at_all(said: Said) -> None:
    line = only(
        said(
            SPREADS,
            f"2021,20,{DUKE},{IONA},80,75,Regular,-3.5,140",
            f"2021,20,{IONA},{DUKE},75,80,Regular,4.5,140",
            f"2021,20,{UCLA},{YALE},67,70,Regular,,140",
        )
    )
    assert games_of(line) == [(2021, 20, DUKE, IONA)]
    assert line.margin.tolist() == [4.0]
    assert "rows without a spread: 1" in line.note
    assert "games named more than once, which count once with their median: 1" in line.note


def test_games_that_were_not_played_are_counted_once_and_left_out(said: Said) -> None:
    rows = [f"2021,21,{DUKE},{IONA},1,0,Regular,-3.5,", f"2021,21,{IONA},{DUKE},0,1,Regular,3.5,"]
    line = only(said(SPREADS, *rows, f"2019,20,{DUKE},{IONA},1,0,Regular,-3.5,"))
    assert len(line) == 0
    assert line.unplayed == 2
    assert line.scales == {}
    assert "none of its games was played" in line.note


def test_rows_of_the_other_league_are_ignored(said: Said) -> None:
    women = f"2021,20,{DUKE + 2000},{IONA + 2000},80,75,Regular,-3.5,140"
    assert said(SPREADS, women) == []
    assert len(only(said(SPREADS, women, f"2021,20,{DUKE},{IONA},80,75,Regular,-3.5,140"))) == 1


@pytest.mark.parametrize("scale", [2.0, 11.0, 40.0])
def test_the_scale_is_the_one_that_made_the_outcomes(scale: float) -> None:
    margin = np.linspace(-30.0, 30.0, 601)
    outcomes = np.arange(1000) + 0.5 < 1000 * phi(margin / scale)[:, None]
    found = fit_scale(np.repeat(margin, 1000), outcomes.ravel())
    assert found == pytest.approx(scale, rel=0.01)


def test_a_line_that_is_always_right_is_still_no_certainty(said: Said) -> None:
    line = only(said(SPREADS, f"2021,20,{DUKE},{IONA},80,75,Regular,-59,140"))
    assert 0.999 < line.probability[0] < 1.0
    assert fit_scale(np.array([]), np.array([], bool)) is None


def test_a_money_line_is_taken_as_it_is_and_turned_to_the_lower_id(said: Said) -> None:
    line = only(said(MONEY, f"2021,136,{DUKE},{IONA},0.9,3", f"2021,136,{YALE},{UCLA},0.4,1"))
    assert line.name == "money line"
    assert line.probability == pytest.approx([0.9, 0.6])
    assert np.isnan(line.margin).all()


def test_columns_may_stand_in_any_order_and_case_and_the_file_may_be_gzip(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv.gz"
    text = f"N_BOOKS,P_HOME_NOVIG_MEDIAN,awayteamid,HomeTeamID,DayNum,Season\n1,.4,{YALE},{UCLA},20,2021.0\n"
    path.write_bytes(gzip.compress(text.encode()))
    assert only(read_outside([path], League.MEN, Reference(), played(GAMES))).probability == pytest.approx([0.4])


def test_favourites_are_found_by_names_whatever_their_punctuation(said: Said) -> None:
    found = only(
        said(
            FAVOURITES,
            "2021,2,DUKE,Iona (N.Y.),0.95,1",
            "2021,2,Yale,u.c.l.a.,0.6,1",
            "2021,3,Duke,Yle,0.7,0",
            "2021,3,Duke,UCLA,0.8,1",
            "2019,2,Duke,Iona,0.9,1",
        )
    )
    assert found.name == "FiveThirtyEight"
    assert games_of(found) == [(2021, 136, DUKE, IONA), (2021, 136, UCLA, YALE)]
    assert found.probability == pytest.approx([0.95, 0.4])
    assert np.isnan(found.margin).all()
    assert found.unmatched == ("Yle",)
    assert found.unplayed == 3  # the misspelled one, the one that was no game, and the one of a season without data


def test_a_name_that_several_teams_have_is_no_name(said: Said) -> None:
    names = reference()
    spellings = pa.table({"spelling": ["blue", "b.l.u.e."], "team_id": [DUKE, UCLA]})
    found = said(
        FAVOURITES,
        "2021,2,Duke,Iona,0.9,1",
        "2021,3,Blue,Yale,0.7,1",
        names=Reference({**names.tables, "TeamSpellings": spellings}),
    )
    assert only(found).unmatched == ("Blue",)


def test_the_league_of_a_file_of_names_is_the_one_whose_tournament_it_tells(said: Said) -> None:
    file = (FAVOURITES, "2021,2,Duke,Iona,0.9,1", "2021,2,Yale,UCLA,0.6,1")
    half_the_field = [game for game in WOMEN if game[3:5] == (DUKE + 2000, IONA + 2000)]
    assert len(only(said(*file))) == 2
    assert len(only(said(*file, games=WOMEN, league=League.WOMEN))) == 2
    assert said(*file, games=half_the_field, league=League.WOMEN) == []
    assert said(FAVOURITES, "2019,2,Duke,Iona,0.9,1") == []  # nobody can tell


def team(day: str, name: str, *wins: float) -> str:
    """A row of the file of teams by round; every outcome in it is wrong, as nothing may depend on one."""
    cells = [f"{win},0.5" for win in (*wins, *[0.0] * (7 - len(wins)))]
    return f"2021,{day},{name},{','.join(cells)}"


# Day 136 is 18 March, day 138 is 20 March.
BEFORE = [
    team("2021-03-16", "Duke", 1, 0.80, 0.6),
    team("2021-03-16", "Iona", 1, 0.20, 0.1),
    team("2021-03-16", "UCLA", 1, 0.70, 0.2),
    team("2021-03-16", "Yale", 1, 0.30, 0.1),
    team("2021-03-17", "Duke", 1, 0.90, 0.6),
    team("2021-03-17", "Iona", 1, 0.10, 0.1),
    team("2021-03-17", "UCLA", 1, 0.00, 0.0),  # as if it were known
    team("2021-03-17", "Yale", 1, 1.00, 0.5),
]
AFTER = [
    team("2021-03-19", "Duke", 1, 1, 0.75),
    team("2021-03-19", "Iona", 1, 0),
    team("2021-03-19", "Yale", 1, 1, 0.25),
    team("2021-03-20", "Duke", 1, 1, 0.99),  # the day of the game: perhaps during it
    team("2021-03-20", "Yale", 1, 1, 0.01),
]


def test_a_game_has_the_latest_forecast_from_before_its_day_in_which_it_is_to_come(said: Said) -> None:
    found = only(said(ROUNDS, *BEFORE, *AFTER))
    assert games_of(found) == [(2021, 136, DUKE, IONA), (2021, 136, UCLA, YALE), (2021, 138, DUKE, YALE)]
    assert found.probability == pytest.approx([0.9, 0.7, 0.75])
    assert (found.unmatched, found.unplayed) == ((), 0)


def test_two_teams_that_do_not_know_of_each_other_yet_have_no_forecast(said: Said) -> None:
    found = only(said(ROUNDS, *BEFORE))
    assert games_of(found) == [(2021, 136, DUKE, IONA), (2021, 136, UCLA, YALE)]


def test_a_forecast_game_that_was_not_played_or_has_an_unknown_team_is_counted(said: Said) -> None:
    rows = [*BEFORE, team("2021-03-17", "VCU", 1, 0.4), team("2021-03-17", "Iona State", 1, 0.6)]
    found = only(said(ROUNDS, *rows, games=[game for game in GAMES if UCLA not in game]))
    assert games_of(found) == [(2021, 136, DUKE, IONA)]
    assert found.unmatched == ("Iona State", "VCU")
    assert found.unplayed == 2


def test_names_and_dates_must_be_there_for_files_that_need_them(said: Said) -> None:
    with pytest.raises(MadnessError, match=r"file.csv names teams.*MTeams.csv"):
        said(FAVOURITES, "2021,2,Duke,Iona,0.9,1", names=Reference())
    with pytest.raises(MadnessError, match=r"no dates of season 2021: MSeasons.csv"):
        said(ROUNDS, *BEFORE, names=reference("Seasons"))


def test_an_unknown_header_is_shown_beside_those_that_are_known(said: Said) -> None:
    with pytest.raises(MadnessError) as error:
        said("Season,Spread", "2021,3")
    for part in (
        "file.csv",
        "Season,Spread",
        "home_spread",
        "ml_home",
        "pred1",
        "p_home_novig_median",
        "favorite_probability",
        "rd7_win",
    ):
        assert part in str(error.value)


@pytest.mark.parametrize(
    ("lines", "said_of_it"),
    [
        ((SPREADS, f"2021,20,{DUKE},{IONA},,,,-x,"), "row 2, column home_spread: found '-x'; allowed: a number from"),
        ((SPREADS, f"2021,20,{DUKE},{IONA},,,,nan,"), "row 2, column home_spread: found 'nan'"),
        ((SPREADS, f"2021,20,{DUKE},{IONA},,,,-300,"), "row 2, column home_spread: found '-300'"),
        ((SPREADS, f"2021,,{DUKE},{IONA},,,,-3,"), "row 2, column DayNum: found nothing; allowed: whole number 0-200"),
        ((SPREADS, f"2021,20.5,{DUKE},{IONA},,,,-3,"), "row 2, column DayNum: found '20.5'"),
        ((SPREADS, f"2021,20,{DUKE},7,,,,-3,"), "row 2, column AwayTeamID: found '7'"),
        ((SPREADS, f"2021,20,{DUKE},{IONA + 2000},,,,-3,"), "row 2: found team 1181 against team 3233"),
        ((SPREADS, f"2021,20,{DUKE},{DUKE},,,,-3,"), "row 2: found team 1181 against team 1181"),
        ((SPREADS, f"2021,20,{DUKE},{IONA},-3"), "row 2: found 5 cells"),
        ((SPREADS,), "a header without rows"),
        ((SPREADS + ",total", "2021"), "row 1, column total: found a column that stands twice"),
        (
            ("Season,DayNum,HomeTeamID,AwayTeamID,ml_home,ml_away", f"2021,20,{DUKE},{IONA},-90,120"),
            "row 2, column ml_home: found '-90'; allowed: -100 or less, 100 or more, or empty",
        ),
        (
            ("Season,DayNum,Team1ID,Team2ID,pred1,pred2", f"2021,20,{DUKE},{IONA},70,seventy"),
            "row 2, column pred2: found 'seventy'; allowed: a number from 0 to 250, or empty",
        ),
        ((MONEY, f"2021,20,{DUKE},{IONA},1,3"), "row 2, column p_home_novig_median: found '1'; allowed: a probability"),
        ((MONEY, f"2021,20,{DUKE},{IONA},,3"), "row 2, column p_home_novig_median: found nothing"),
        ((FAVOURITES, "2021,2,,Iona,0.9,1"), "row 2, column favorite: found nothing; allowed: a name"),
        ((FAVOURITES, "2021,2,Duke,Iona,95%,1"), "row 2, column favorite_probability: found '95%'"),
        (
            (ROUNDS, team("2021-03-16", "Duke", 1.2)),
            "row 2, column rd1_win: found '1.2'; allowed: a number from 0 to 1",
        ),
        ((ROUNDS, team("16/3/2021", "Duke", 1)), "row 2, column forecast_date: found '16/3/2021'; allowed: a date"),
        ((SPREADS, '"2021,20'), "row 2: found a row that cannot be read"),
    ],
)
def test_a_bad_cell_is_named_with_what_is_allowed(said: Said, lines: tuple[str, ...], said_of_it: str) -> None:
    with pytest.raises(Rejected) as error:
        said(*lines)
    assert error.value.report.file == "file.csv"
    assert said_of_it in error.value.report.text()


def test_a_folder_is_read_whole_with_its_subfolders(tmp_path: Path) -> None:
    (tmp_path / "538").mkdir()
    (tmp_path / "README.txt").write_text("not a forecast")
    (tmp_path / "money.csv").write_text(f"{MONEY}\n2021,136,{DUKE},{IONA},0.9,3\n")
    (tmp_path / "538" / "favourites.csv").write_text(f"{FAVOURITES}\n2021,2,Duke,Iona,0.8,1\n")
    found = read_outside([tmp_path], League.MEN, reference(), played(GAMES))
    assert {one.file: one.name for one in found} == {"favourites.csv": "FiveThirtyEight", "money.csv": "money line"}


def test_a_path_without_forecasts_is_an_error(tmp_path: Path) -> None:
    for path, message in ((tmp_path, "has no forecasts"), (tmp_path / "none.csv", "neither a file nor a folder")):
        with pytest.raises(MadnessError, match=message):
            read_outside([path], League.MEN, reference(), played(GAMES))


def test_forecasts_lie_on_games_as_a_baseline_does(said: Said) -> None:
    games = played(GAMES)
    line = only(said(MONEY, f"2021,136,{DUKE},{IONA},0.9,3", f"2021,20,{YALE},{UCLA},0.4,1"))
    assert line.on(games).probability == pytest.approx([np.nan, 0.6, np.nan, 0.9, np.nan, np.nan], nan_ok=True)
    assert np.isnan(line.on(games).margin).all()
    assert line.on(games.rows(games.season >= 2022)).probability.shape == (0,)


def test_several_files_of_one_forecaster_are_one_with_the_median_of_each_game(said: Said) -> None:
    both, market = said(
        FAVOURITES,
        "2021,2,Duke,Iona,0.8,1",
        "2021,2,UCLA,Yale,0.55,1",
        "2021,2,Yle,Iona,0.8,1",
        others=((MONEY, f"2021,136,{DUKE},{IONA},0.95,3"), (ROUNDS, *BEFORE, *AFTER)),
    )
    assert (market.name, market.file) == ("money line", "file1.csv")
    assert games_of(both) == [(2021, 136, DUKE, IONA), (2021, 136, UCLA, YALE), (2021, 138, DUKE, YALE)]
    assert both.probability == pytest.approx([0.85, 0.625, 0.75])
    assert both.file == "file.csv, file2.csv"
    assert (both.unmatched, both.unplayed) == (("Yle",), 1)


LINES = "Season,DayNum,HomeTeamID,AwayTeamID,site,home_spread,home_spread_open,total,ml_home,ml_away,src"


def test_one_file_may_have_closing_and_opening_spreads_and_money_lines_of_several_sources(said: Said) -> None:
    lines = (
        LINES,
        f"2021,20,{IONA},{DUKE},H,3.0,2.0,140,150,-180,one",
        f"2021,20,{IONA},{DUKE},H,4.0,,140,,,two",
        f"2021,20,{DUKE},{IONA},N,-9.5,-3,140,-200,170,three",
        f"2021,20,{UCLA},{YALE},H,77,161,,-300,-300,two",  # a total in the place of a spread, two favourites
        f"2021,25,{DUKE},{YALE},H,,,,-110,-110,",  # of no named source
    )
    closing, opening, money = said(*lines)
    assert [one.name for one in (closing, opening, money)] == ["closing line", "opening line", "money line"]
    assert (closing.margin.tolist(), opening.margin.tolist()) == ([4.0], [2.5])
    assert "spreads beyond 60 points, taken for slips: 1" in closing.note
    assert "median: 1" in closing.note
    no_vig = [(180 / 280) / (100 / 250 + 180 / 280), (200 / 300) / (200 / 300 + 100 / 270)]
    assert money.probability == pytest.approx([np.mean(no_vig), 0.5])
    assert "taken for slips: 1" in money.note
    closing, opening, money = said(*lines, source="one")
    assert (closing.margin.tolist(), opening.margin.tolist()) == ([3.0], [2.0])
    assert money.probability == pytest.approx(no_vig[:1])
    assert "only of the source one" in closing.note
    closing, opening, money = said(*lines, source="two")  # which has no opening spreads and no money lines
    assert (closing.margin.tolist(), opening.margin.tolist(), len(money)) == ([4.0], [2.5], 2)
    with pytest.raises(MadnessError, match="no forecast has the source 'four'; there are: file, one, three, two"):
        said(*lines, source="four")


def test_expected_scores_are_those_of_the_forecaster_who_gave_the_file_its_name(said: Said) -> None:
    header = "Season,DayNum,Team1ID,Team2ID,pred1,pred2,rank1"
    rows = (f"2021,25,{YALE},{DUKE},66.5,70.25,9", f"2021,20,{IONA},{DUKE},70,70,", f"2021,20,{UCLA},{YALE},,70,")
    one, other = said(header, *rows, others=((header, rows[0]),))
    assert (one.name, other.name) == ("file", "file1")
    assert games_of(one) == [(2021, 20, DUKE, IONA), (2021, 25, DUKE, YALE)]
    assert one.margin.tolist() == [0.0, 3.75]
    assert one.probability == pytest.approx(phi(np.array([0.0, 3.75 / FIRST_SCALE])))
    assert "rows without both expected scores: 1" in one.note


def test_a_season_s_scale_knows_earlier_seasons_and_nothing_of_its_own() -> None:
    rng = np.random.default_rng(5)
    season = np.repeat([2020, 2021, 2022], ENOUGH)
    margin = rng.normal(0.0, 9.0, len(season)).round(1)
    won = rng.random(len(season)) < phi(margin / 7.0)
    probability, scales = walk_forward(margin, won, season)
    assert scales[2020] == FIRST_SCALE
    assert scales[2021] == fit_scale(margin[:ENOUGH], won[:ENOUGH])
    assert scales[2022] == fit_scale(margin[: 2 * ENOUGH], won[: 2 * ENOUGH])
    assert probability == pytest.approx(phi(margin / np.array([scales[one] for one in season.tolist()])))
    turned, again = walk_forward(margin, np.where(season == 2022, ~won, won), season)
    assert (again, turned.tolist()) == (scales, probability.tolist())


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(GAMES), st.integers(-59, 59), st.booleans()), min_size=1, max_size=8).flatmap(
        lambda rows: st.tuples(st.just(rows), st.permutations(rows))
    )
)
def test_neither_the_order_of_rows_nor_which_side_is_named_first_changes_a_forecast(
    rows: tuple[list[tuple], list[tuple]],
) -> None:
    def read(rows: list[tuple], turn: bool) -> OutsideForecasts:
        lines = [SPREADS.replace("HomeScore,AwayScore,CRType,", "").replace(",total", "")]
        for (season, day, _, team1, team2, _), spread, turned in rows:
            sides = (team2, team1, -spread) if turn and turned else (team1, team2, spread)
            lines.append(f"{season},{day},{sides[0]},{sides[1]},{sides[2]}")
        games = played(GAMES)
        return only(settled(said_in("file.csv", "\n".join(lines).encode(), League.MEN, Reference(), games), games))

    first, second = read(rows[0], turn=False), read(rows[1], turn=True)
    assert games_of(first) == games_of(second)
    assert first.margin.tolist() == second.margin.tolist()
    assert first.probability.tolist() == second.probability.tolist()
