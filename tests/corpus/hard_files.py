"""Files that people upload: bad ones with what their report must say, and odd ones that must read like the plain one.

Each is a tiny generator; none is stored. `REJECTED` and `GRACEFUL` are for every test that needs a file: the reader's,
the handlers', the command line's.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass

COMPACT_HEADER = "Season,DayNum,WTeamID,WScore,LTeamID,LScore,WLoc,NumOT"
SIDE = "FGM,FGA,FGM3,FGA3,FTM,FTA,OR,DR,Ast,TO,Stl,Blk,PF"
BOX_HEADER = ",".join(f"{side}{column}" for side in "WL" for column in SIDE.split(","))
DETAILED_HEADER = f"{COMPACT_HEADER},{BOX_HEADER}"
COMPACT_KEY = "results/MRegularSeasonCompactResults_20240315.csv"
DETAILED_KEY = "results/MRegularSeasonDetailedResults_20240315.csv"
FIXTURES_KEY = "fixtures/MFixtures_20240315.csv"

COMPACT_ROWS = (
    "2024,100,1101,70,1102,60,H,0",
    "2024,100,1104,81,1103,80,A,1",
    "2024,101,1101,66,1104,64,N,0",
)
W_BOX = "25,55,8,20,12,15,10,25,14,11,6,3,17"  # 70 points
L_BOX = "22,58,6,22,10,14,9,24,12,13,5,2,19"  # 60 points
# Of 70-60, by free throws alone: as many offensive rebounds as shots would end possessions.
NO_POSSESSIONS = "0,24,0,0,70,160,100,0,0,0,0,0,0,0,24,0,0,60,160,100,0,0,0,0,0,0"
DETAILED_ROW = f"{COMPACT_ROWS[0]},{W_BOX},{L_BOX}"


def text(header: str, *rows: str) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def compact(*rows: str) -> bytes:
    return text(COMPACT_HEADER, *(rows or COMPACT_ROWS))


def detailed(*rows: str) -> bytes:
    return text(DETAILED_HEADER, *(rows or (DETAILED_ROW,)))


def packed(data: bytes) -> bytes:
    """Gzip that is the same every time."""
    return gzip.compress(data, mtime=0)


SOUND = {
    COMPACT_KEY: compact(),
    DETAILED_KEY: detailed(),
    FIXTURES_KEY: text("Season,DayNum,Team1ID,Team2ID,Loc,CityID", "2024,9,1101,1102,H,", "2024,9,1104,1103,N,4001"),
    "retractions/MRetractions.csv": text("Season,DayNum,Team1ID,Team2ID", "2024,100,1102,1101"),
    "reference/MTeams.csv": text("TeamID,TeamName,FirstD1Season,LastD1Season", '1101,"A&M, C",1985,', "1102,Ünï,,2024"),
    "reference/MSeasons.csv": text("Season,DayZero,RegionW", "2024,11/06/2023,East", "2023,2022-11-07,"),
    "reference/MNCAATourneySeeds.csv": text("Season,Seed,TeamID", "2024,W01,1101", "2024,X16a,1102"),
    "reference/MNCAATourneySlots.csv": text(
        "Season,Slot,StrongSeed,WeakSeed", "2024,R1W1,W01,W16", "2024,X16,X16a,X16b"
    ),
}


def sound(key: str) -> bytes:
    """A good file for a key of the corpus."""
    body = SOUND[key.removesuffix(".gz")]
    return packed(body) if key.endswith(".gz") else body


def _changed(**cells: str) -> bytes:
    """The compact file with cells of its second row (line 3) changed."""
    row = dict(zip(COMPACT_HEADER.split(","), COMPACT_ROWS[1].split(","), strict=True)) | cells
    return compact(COMPACT_ROWS[0], ",".join(row.values()), COMPACT_ROWS[2])


def _boxed(**cells: str) -> bytes:
    row = dict(zip(DETAILED_HEADER.split(","), DETAILED_ROW.split(","), strict=True)) | cells
    return detailed(",".join(row.values()))


def bomb(block: bytes, blocks: int) -> bytes:
    """A small gzip file that unpacks to many blocks."""
    packer = zlib.compressobj(1, wbits=31)
    return b"".join([*(packer.compress(block) for _ in range(blocks)), packer.flush()])


@dataclass(frozen=True)
class Bad:
    """A file that is rejected. row, column, found, allowed: of its first problem (texts are parts)."""

    name: str
    make: Callable[[], bytes]
    found: str
    allowed: str
    row: int | None = None
    column: str | None = None
    count: int = 1
    key: str = COMPACT_KEY


@dataclass(frozen=True)
class Odd:
    """A file that reads as `plain` does; warning: part of its only warning."""

    name: str
    make: Callable[[], bytes]
    plain: Callable[[], bytes] = compact
    key: str = COMPACT_KEY
    warning: str | None = None


_MEN = "men's team id 1000-1999, as the file's name begins with M"
_POINTS = "whole number 0-300"

REJECTED = (
    # The file as a whole
    Bad("empty", lambda: b"", "an empty file", "a header line"),
    Bad("blank", lambda: b" \r\n\n\t\n", "an empty file", "a header line"),
    Bad("only a byte order mark", lambda: b"\xef\xbb\xbf", "an empty file", "a header line"),
    Bad("header only", lambda: text(COMPACT_HEADER), "a header without rows", "at least one row"),
    Bad("binary", lambda: compact() + b"\0\1\2", "binary", "comma-separated text"),
    Bad("UTF-16", lambda: compact().decode().encode("utf-16"), "UTF-16", "UTF-8 or Latin-1"),
    Bad("workbook", lambda: b"PK\3\4" + bytes(100), "Excel", "comma-separated text"),
    Bad("gzip without .gz", lambda: packed(compact()), "gzip", ".csv.gz"),
    Bad("no gzip in .gz", compact, "not gzip", "gzip, as the name ends in .gz", key=COMPACT_KEY + ".gz"),
    Bad("truncated gzip", lambda: packed(compact())[:-12], "breaks off", "again", key=COMPACT_KEY + ".gz"),
    Bad("corrupt gzip", lambda: packed(compact())[:-5] + b"wrong", "corrupt gzip", "again",
        key=COMPACT_KEY + ".gz"),
    Bad("rubbish after gzip", lambda: packed(compact()) + b"more", "corrupt gzip", "again",
        key=COMPACT_KEY + ".gz"),
    Bad("gzip of nothing", lambda: packed(b""), "an empty file", "a header line", key=COMPACT_KEY + ".gz"),
    Bad("bomb of zeros", lambda: bomb(bytes(2**20), 200), "binary", "text", key=COMPACT_KEY + ".gz"),
    Bad("bomb of one line", lambda: bomb(b"1" * 2**20, 200), "a line of more than", "lines of at most",
        key=COMPACT_KEY + ".gz"),
    Bad("bomb of blank lines", lambda: bomb(b"\n" * 2**20, 200), "more than 1,000,000 lines", "split it",
        key=COMPACT_KEY + ".gz"),
    Bad("bomb of long lines", lambda: bomb((b"1" * 9999 + b"\n") * 100, 150), "more than 134,217,728 bytes",
        "uncompressed", key=COMPACT_KEY + ".gz"),
    Bad("million columns", lambda: ",".join(map(str, range(1_000_000))).encode(), "a line of more than", "lines of"),
    Bad("thousand columns", lambda: ("," * 999 + "\n").encode(), "1,000 columns", "at most 256 columns", row=1),
    Bad("long line", lambda: compact(COMPACT_ROWS[0] + "0" * 20_000), "a line of more than", "lines of at most"),
    Bad("header and blanks", lambda: text(COMPACT_HEADER, "", "  ", "\r"), "a header without rows", "at least one"),
    # The header
    Bad("no header", lambda: "\n".join(COMPACT_ROWS).encode(), "the header line is missing", COMPACT_HEADER, row=1),
    Bad("another file's header", lambda: text("TeamID,TeamName", "1101,Abilene Chr"), "no header", COMPACT_HEADER,
        row=1),
    Bad("a line that says semicolons", lambda: b"sep=;\n" + compact().replace(b",", b";"),
        "a line 'sep=;': cells separated by semicolons", "separated by commas", row=1),
    Bad("a line that says semicolons, above commas", lambda: b"\nSEP=;;;\n" + compact(), "semicolons",
        "separated by commas", row=2),
    Bad("a line that says tabs", lambda: b"sep=\t\n" + compact().replace(b",", b"\t"), "tabs", "commas", row=1),
    Bad("a line that says nothing", lambda: b"sep=\n" + compact(), "separated by ''", "commas", row=1),
    Bad("nothing but a line of the separator", lambda: b"sep=,\n", "no header", COMPACT_HEADER, row=1),
    Bad("a line of the separator twice", lambda: b"sep=,\nsep=,\n" + compact(), "no header", COMPACT_HEADER, row=2),
    Bad("semicolons", lambda: compact().replace(b",", b";"), "not semicolons", COMPACT_HEADER, row=1),
    Bad("missing column", lambda: text(COMPACT_HEADER.replace(",LScore", ""), "2024,1,1101,70,1102,H,0"),
        "no such column", "the columns Season,DayNum", row=1, column="LScore"),
    Bad("misspelt column", lambda: compact().replace(b"LTeamID", b"LTeam_ID"), "is it 'LTeam_ID'?", "the columns",
        row=1, column="LTeamID"),
    Bad("column twice", lambda: text(COMPACT_HEADER + ",WScore", COMPACT_ROWS[0] + ",70"), "the column 2 times", "once",
        row=1, column="WScore"),
    Bad("compact file under a detailed name", compact, "no such column", "WFGM", row=1, column="WFGM", count=26,
        key=DETAILED_KEY),
    # Rows
    Bad("too few cells", lambda: compact(COMPACT_ROWS[0], "2024,100"), "2 cells", "8 cells", row=3),
    Bad("too many cells", lambda: compact(COMPACT_ROWS[0] + ",9"), "9 cells", "8 cells", row=2),
    Bad("rows of commas only", lambda: compact(",,,,,,,", ",,,"), "a header without rows", "at least one row"),
    Bad("too many cells for its trailing commas", lambda: compact(COMPACT_ROWS[0] + ",,9,"), "11 cells", "8 cells",
        row=2),
    Bad("too few cells with a trailing comma", lambda: compact("2024,100,1101,70,1102,60,"), "7 cells", "8 cells",
        row=2),
    Bad("last cell empty, with a trailing comma", lambda: compact("2024,100,1101,70,1102,60,H,,"), "nothing",
        "whole number 0-20", row=2, column="NumOT"),
    Bad("open quote", lambda: compact(COMPACT_ROWS[0], '"2024,100,1104,81,1103,80,A,1', COMPACT_ROWS[2]),
        "", "quotes in pairs", row=3),
    Bad("quote over two lines", lambda: compact(COMPACT_ROWS[0], '2024,"100', '",1104,81,1103,80,A,1'),
        "runs on to row 4", "end where their line ends", row=3),
    # Cells
    Bad("text for a number", lambda: _changed(WScore="eighty"), "'eighty'", _POINTS, row=3, column="WScore"),
    Bad("NaN", lambda: _changed(LScore="NaN"), "'NaN'", _POINTS, row=3, column="LScore"),
    Bad("nothing for a number", lambda: _changed(LScore=""), "nothing", _POINTS, row=3, column="LScore"),
    Bad("space for a number", lambda: _changed(LScore="  "), "nothing", _POINTS, row=3, column="LScore"),
    Bad("fraction", lambda: _changed(WScore="81.5"), "'81.5'", _POINTS, row=3, column="WScore"),
    Bad("exponent", lambda: _changed(WScore="8e1"), "'8e1'", _POINTS, row=3, column="WScore"),
    Bad("hexadecimal", lambda: _changed(WScore="0x51"), "'0x51'", _POINTS, row=3, column="WScore"),
    Bad("infinity", lambda: _changed(WScore="inf"), "'inf'", _POINTS, row=3, column="WScore"),
    Bad("negative", lambda: _changed(LScore="-80"), "'-80'", _POINTS, row=3, column="LScore"),
    Bad("out of int64", lambda: _changed(WScore="9" * 30), "'999999", _POINTS, row=3, column="WScore"),
    Bad("out of floating point", lambda: _changed(WScore="9" * 400), "'999999", _POINTS, row=3, column="WScore"),
    Bad("digits of another script", lambda: _changed(WScore="٨١"), "'٨١'", _POINTS, row=3, column="WScore"),
    Bad("byte order mark within", lambda: compact("\ufeff" + COMPACT_ROWS[0]), "2024'", "1980-2100", row=2,
        column="Season"),
    Bad("season of two digits", lambda: _changed(Season="24"), "'24'", "1980-2100", row=3, column="Season"),
    Bad("season too late", lambda: _changed(Season="2101"), "'2101'", "1980-2100", row=3, column="Season"),
    Bad("day below", lambda: _changed(DayNum="-1"), "'-1'", "0-200", row=3, column="DayNum"),
    Bad("day above", lambda: _changed(DayNum="201"), "'201'", "0-200", row=3, column="DayNum"),
    Bad("overtimes", lambda: _changed(NumOT="21"), "'21'", "0-20", row=3, column="NumOT"),
    Bad("site", lambda: _changed(WLoc="X"), "'X'", "H, A or N", row=3, column="WLoc"),
    Bad("site in lower case", lambda: _changed(WLoc="h"), "'h'", "H, A or N", row=3, column="WLoc"),
    Bad("no site", lambda: _changed(WLoc=""), "nothing", "H, A or N", row=3, column="WLoc"),
    Bad("women's team in a men's file", lambda: _changed(WTeamID="3104"), "'3104'", _MEN, row=3, column="WTeamID"),
    Bad("no league's team", lambda: _changed(LTeamID="2103"), "'2103'", _MEN, row=3, column="LTeamID"),
    Bad("every row of the other league", lambda: compact().replace(b",11", b",31"), "'3101'", _MEN, row=2,
        column="WTeamID", count=6),
    # Between cells and rows
    Bad("loser scored more", lambda: _changed(WScore="79"), "79, with LScore 80", "the winner stands first", row=3,
        column="WScore"),
    Bad("a tie", lambda: _changed(WScore="80"), "80, with LScore 80", "the winner stands first", row=3,
        column="WScore"),
    Bad("against itself", lambda: _changed(LTeamID="1104"), "team 1104 against itself", "another team", row=3,
        column="LTeamID"),
    Bad("pair twice", lambda: compact(*COMPACT_ROWS, "2024,100,1101,71,1102,60,H,0"), "again, other than in row 2",
        "each game once", row=5),
    Bad("pair twice, other winner", lambda: compact(*COMPACT_ROWS, "2024,100,1102,70,1101,60,H,0"),
        "again, other than in row 2", "each game once", row=5),
    Bad("box score contradicts the score", lambda: _boxed(WFTM="13"), "the box score makes 71", "2 x WFGM", row=2,
        column="WScore", key=DETAILED_KEY),
    Bad("more made than attempted", lambda: _boxed(LFGA="21"), "22, with LFGA 21", "at most LFGA", row=2,
        column="LFGM", count=2, key=DETAILED_KEY),
    Bad("more free throws made than attempted", lambda: _boxed(WFTA="11"), "12, with WFTA 11", "at most WFTA", row=2,
        column="WFTM", key=DETAILED_KEY),
    Bad("more threes made than field goals", lambda: _boxed(WFGM="10", WFGM3="20", WFTM="30", WFTA="30", WFGA3="30"),
        "20, with WFGM 10", "at most WFGM", row=2, column="WFGM3", key=DETAILED_KEY),
    Bad("more offensive rebounds than shots missed", lambda: _boxed(WOR="34"), "34, where at most 33 can be",
        "at most the shots missed: WFGA - WFGM + WFTA - WFTM", row=2, column="WOR", key=DETAILED_KEY),
    Bad("more rebounds than shots missed", lambda: _boxed(LDR="44"), "44, with WOR 10, WFGA 55, WFGM 25",
        "WOR + LDR at most 20 more than the shots missed", row=2, column="LDR", key=DETAILED_KEY),
    Bad("more assists than field goals", lambda: _boxed(LAst="26"), "26, where at most 25 can be",
        "at most 3 more than LFGM", row=2, column="LAst", key=DETAILED_KEY),
    Bad("more steals than turnovers", lambda: _boxed(WStl="29"), "29, where at most 28 can be",
        "at most 15 more than LTO", row=2, column="WStl", key=DETAILED_KEY),
    Bad("more blocks than misses", lambda: _boxed(WBlk="37"), "37, where at most 36 can be", "LFGA - LFGM", row=2,
        column="WBlk", key=DETAILED_KEY),
    Bad("no possessions", lambda: detailed(f"{COMPACT_ROWS[0]},{NO_POSSESSIONS}"),
        "0.0 possessions (WFGA 24, WOR 100, WTO 0, WFTA 160)", "20-200 possessions: WFGA - WOR + WTO + 0.475 x WFTA",
        row=2, column="WFGA", count=2, key=DETAILED_KEY),
    Bad("too many possessions", lambda: _boxed(WTO="149"), "201.1 possessions", "20-200 possessions", row=2,
        column="WFGA", key=DETAILED_KEY),
    Bad("more possessions than the opponent", lambda: _boxed(WFGA="112"), "120.1 possessions", "the teams take turns",
        row=2, column="WFGA", key=DETAILED_KEY),
    Bad("a box score of a forfeit", lambda: detailed(f"2024,100,1101,2,1102,0,H,0,1,1{',0' * 24}"),
        "a box score of a forfeit (2-0)", "0 in every column", row=2, key=DETAILED_KEY),
    Bad("zeros for a box score", lambda: detailed(f"{COMPACT_ROWS[0]}{',0' * 26}"), "70, but the box score makes 0",
        "2 x WFGM", row=2, column="WScore", count=2, key=DETAILED_KEY),
    Bad("no box score", lambda: _boxed(WBlk=""), "nothing", _POINTS, row=2, column="WBlk", key=DETAILED_KEY),
    # Other files
    Bad("fixture twice at two sites",
        lambda: text("Season,DayNum,Team1ID,Team2ID,Loc", "2024,9,1101,1102,H", "2024,9,1102,1101,H"),
        "again, other than in row 2", "each game once", row=3, key=FIXTURES_KEY),
    Bad("retraction of no game", lambda: text("Season,DayNum,Team1ID,Team2ID", "2024,9,1101,1101"),
        "against itself", "another team", row=2, column="Team2ID", key="retractions/MRetractions.csv"),
    Bad("seed out of the bracket", lambda: text("Season,Seed,TeamID", "2024,V01,1101"), "'V01'", "region W-Z", row=2,
        column="Seed", key="reference/MNCAATourneySeeds.csv"),
    Bad("seed twice", lambda: text("Season,Seed,TeamID", "2024,W01,1101", "2024,W01,1102"), "again, other than",
        "each entry once", row=3, key="reference/MNCAATourneySeeds.csv"),
    Bad("no such date", lambda: text("Season,DayZero", "2024,02/30/2023"), "'02/30/2023'", "month/day/year", row=2,
        column="DayZero", key="reference/MSeasons.csv"),
    *(Bad(f"calendar with the {name}", lambda zero=zero: text("Season,DayZero", f"2024,{zero}"), found,  # type: ignore[misc]
          "a Monday in October or November", row=2, column="DayZero", key="reference/MSeasons.csv")
      for name, zero, found in (
          ("day first", "06/11/2023", "2023-06-11 for season 2024, a Sunday in June"),
          ("day first, on a Monday", "05/06/2023", "2023-05-06 for season 2024, a Saturday in May"),
          ("day first, within the months", "10/11/2023", "2023-10-11 for season 2024, a Wednesday in October"),
          ("day before", "2023-11-05", "2023-11-05 for season 2024, a Sunday in November"),
          ("month before", "10/02/2022", "2022-10-02 for season 2024, a Sunday in October"),
          ("month after", "2023-12-04", "2023-12-04 for season 2024, a Monday in December"),
      )),
    Bad("calendar of another season", lambda: text("Season,DayZero", "2024,11/06/2024"), "2024-11-06 for season 2024",
        "the year before", row=2, column="DayZero", key="reference/MSeasons.csv"),
    Bad("no team name", lambda: text("TeamID,TeamName", "1101, "), "nothing", "1-200 characters", row=2,
        column="TeamName", key="reference/MTeams.csv"),
    Bad("control character in a name", lambda: text("TeamID,TeamName", "1101,Duke\x1b[2J"), r"\x1b", "characters",
        row=2, column="TeamName", key="reference/MTeams.csv"),
)  # fmt: skip

_TEAMS = "TeamID,TeamName"
_TEAMS_KEY = "reference/MTeams.csv"


def _reordered() -> bytes:
    return "\n".join(",".join(reversed(line.split(","))) for line in compact().decode().split("\n")).encode()


GRACEFUL = (
    Odd("CRLF", lambda: compact().replace(b"\n", b"\r\n")),
    Odd("CR", lambda: compact().replace(b"\n", b"\r")),
    Odd("mixed line ends", lambda: compact().replace(b"\n", b"\r\n", 2)),
    Odd("no last line end", lambda: compact().rstrip(b"\n")),
    Odd("byte order mark", lambda: b"\xef\xbb\xbf" + compact()),
    Odd("blank lines", lambda: b"\n\n" + compact().replace(b"\n", b"\n\n") + b"  \n"),
    Odd("other order of columns", _reordered),
    Odd("other order of rows", lambda: compact(*reversed(COMPACT_ROWS))),
    Odd("extra columns", lambda: text(COMPACT_HEADER + ",Note,", *(f"{row},é x,9" for row in COMPACT_ROWS))),
    Odd("extra columns in Latin-1", lambda: text(COMPACT_HEADER + ",Note", *(f"{row},é" for row in COMPACT_ROWS))
        .decode().encode("latin-1"), warning="Latin-1"),
    Odd("7.0 for 7", lambda: compact().replace(b"100,", b"100.0,").replace(b",0\n", b",0.000\n")),
    Odd("spaces", lambda: compact().replace(b",", b" , ").replace(b"2024", b" 2024\t")),
    Odd("no-break spaces", lambda: compact().replace(b",H,", ",\u00a0H\u00a0,".encode())),
    Odd("quotes", lambda: compact().replace(b",H,", b',"H",').replace(b"1101", b'"1101"')),
    Odd("quoted header", lambda: ('"' + COMPACT_HEADER.replace(",", '","') + '"\n' + "\n".join(COMPACT_ROWS)).encode()),
    Odd("header in lower case with spaces", lambda: text(COMPACT_HEADER.lower().replace(",", " , "), *COMPACT_ROWS)),
    Odd("leading zeros", lambda: compact().replace(b",60,", b",060,")),
    Odd("equal rows", lambda: compact(*COMPACT_ROWS, COMPACT_ROWS[0], COMPACT_ROWS[0]), warning="2 rows repeated"),
    Odd("gzip", lambda: packed(compact()), key=COMPACT_KEY + ".gz"),
    Odd("gzip in parts", lambda: packed(compact()[:20]) + packed(compact()[20:]) + bytes(512),
        key=COMPACT_KEY + ".gz"),
    Odd("a line of the separator", lambda: b"sep=,\n" + compact(), warning="'sep=,' before the header was passed over"),
    Odd("a line of the separator, saved again", lambda: b'\xef\xbb\xbf"SEP=,",,,,,,,\r\n' + compact(),
        warning="'sep=,'"),
    Odd("a row of commas before the header", lambda: b",,,,,,,\n\n" + compact(), warning="1 row without content"),
    Odd("rows of commas", lambda: compact(*COMPACT_ROWS[:2], ",,,,,,,", COMPACT_ROWS[2], " ,\t,,", '"",""'),
        warning="3 rows without content, of commas only: passed over"),
    Odd("trailing commas", lambda: compact().replace(b"\n", b",,\n")),
    Odd("trailing commas in rows", lambda: compact(*(f"{row}," for row in COMPACT_ROWS)),
        warning="3 rows have other commas at the end than the header"),
    Odd("trailing commas in some rows", lambda: compact(COMPACT_ROWS[0] + ", ,", *COMPACT_ROWS[1:]),
        warning="1 row has other commas at the end than the header"),
    Odd("trailing commas in the header", lambda: compact().replace(b"NumOT", b"NumOT,,"),
        warning="3 rows have other commas at the end than the header"),
    Odd("detailed columns under a compact name", lambda: detailed(), lambda: compact(COMPACT_ROWS[0])),
    Odd("names in Latin-1", lambda: text(_TEAMS, "1101,San José St").decode().encode("latin-1"),
        lambda: text(_TEAMS, "1101,San José St"), _TEAMS_KEY, "Latin-1"),
    Odd("names in Windows' Latin-1", lambda: text(_TEAMS, "1101,St John’s").decode().encode("cp1252"),
        lambda: text(_TEAMS, "1101,St John’s"), _TEAMS_KEY, "Latin-1"),
    Odd("comma in a name", lambda: text(_TEAMS, '1101,"A, B ""C"""'), lambda: text(_TEAMS, '1101," A, B ""C"" "'),
        _TEAMS_KEY),
    Odd("fixture from the other side", lambda: text("Season,DayNum,Team1ID,Team2ID,Loc", "2024,9,1102,1101,H"),
        lambda: text("Season,DayNum,Team1ID,Team2ID,Loc,CityID", "2024,9,1101,1102,A,"), FIXTURES_KEY),
    Odd("date in ISO form", lambda: text("Season,DayZero", "2024,2023-11-06"),
        lambda: text("Season,DayZero,RegionW", "2024,11/6/2023,"), "reference/MSeasons.csv"),
)  # fmt: skip

BAD_KEYS = (
    "", "/", "results", "results/", "results//", "/results/MTeams.csv", "results/../MTeams.csv", "MTeams.csv/",
    "results/MRegularSeasonCompactResults.csv\n", "results/MRegularSeasonCompactResults.csv\0",
    "results/MRegularSeasonCompactResults .csv", "results/MRegularSeasonCompactResults.csv.gz.gz",
    "results/MRegularSeasonCompactResults.CSV", "results/mregularseasoncompactresults.csv",
    "results/MRegularSeasonCompactResults_2024.csv", "results/MRegularSeasonCompactResults_20240230.csv",
    "results/MRegularSeasonCompactResults_20240315T2500.csv", "results/MRegularSeasonCompactResults_00010101.csv",
    "results/MRegularSeasonCompactResults_20240315T060000Z.csv",
    "results/MRegularSeasonCompactResults_２０２４0315.csv",
    "results/RegularSeasonCompactResults.csv", "results/XRegularSeasonCompactResults.csv", "reference/MCities.csv",
    "results/%2e%2e/secret", "results/\u202egpj.csv", "results/🏀.csv", "results/" + "M" * 2000,
    "events/MEvents.csv", "events/MEvents1899.csv", "events/MEvents_2018.csv", "events/MEvents2018_x.csv",
    "results/MEvents2018.csv", "reference/MTeams2018.csv", "rejected/results/MRegularSeasonCompactResults.csv.json",
    "results/Results;DROP TABLE games.csv",
)  # fmt: skip
