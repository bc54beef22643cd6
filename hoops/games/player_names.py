"""Names of players, from a file that has them as websites and scorers' programs left them."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable

_CLEAN = re.compile(r"[A-Z][a-z]+")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´", "'"))
_HIDDEN = {"Cc", "Cf", "Co", "Cn"}  # categories of characters that nobody sees, or that no name has
_STRAY = ' ,;:_*"-|/\\'  # at either end of a name; an apostrophe there is an accent (Tre') or a nickname's quote
_SUFFIX = re.compile(r"\s*\b(?P<suffix>jr|sr|ii|iii|iv|v)\b\.?$", re.IGNORECASE)
_STUCK = re.compile(r"(?<=[a-z])[.]?(?=(Jr|Sr)\.?$)")  # Smith.Jr, HenryJr.
_SHOUTED = 4  # letters in capitals; fewer may be initials
_ROMAN = {"II", "III", "IV", "V"}

# Each in its turn, on a name without spaces at its ends.
_MENDS: tuple[Callable[[str], str], ...] = (
    lambda name: re.sub(r"[0-9]+", "", name),  # Baker1819: a season that ran into the name
    lambda name: re.sub(r"(?<=[a-z]')[A-Z](?![A-Za-z])", lambda found: found[0].lower(), name),  # Joshu'A
    lambda name: re.sub(r"\b([A-Z])\. (?=[A-Z]\.)", r"\1.", name),  # C. J.
    lambda name: re.sub(r"^([A-Z]\.[A-Z])$", r"\1.", name),  # J.J
    lambda name: re.sub(r"(?<=[^\W\d_]{4})\.$", "", name),  # Pittsburgh.
)


def display_name(first: str | None, last: str | None) -> str | None:
    """A player's name as people read it; None if nothing of it is left.

    Put right are spaces, characters that no name has, entities of HTML, UTF-8 that was read as Latin-1, apostrophes,
    stray punctuation and digits, capitals, initials, and a Jr. that stands in a wrong place or way. A first name that
    is missing is left out. Who the file means is not asked: a row that is no player keeps what it says.

    >>> display_name("Jy&#X27;Lan ", "WASHINGTON"), display_name("Jr.", "Ellis"), display_name("", "Loyola")
    ("Jy'Lan Washington", 'Ellis Jr.', 'Loyola')
    """
    first, last = first or "", last or ""
    if _CLEAN.fullmatch(first) and _CLEAN.fullmatch(last):
        return f"{first} {last}"
    first, last = _joined(first, last)
    first, last = _plain(first), _plain(last)
    if last.isupper() and len(last) >= _SHOUTED:
        first = _spoken(first, 3)
    given, early = _parted(_spoken(first, _SHOUTED))
    family, late = _parted(_spoken(last, _SHOUTED))
    return " ".join(part for part in (given, family, late or early) if part) or None


def _joined(first: str, last: str) -> tuple[str, str]:
    """A last name whose first letter was cut off to the first name: 'Deonte       Y', 'earns'."""
    cut = re.fullmatch(r"(.*\S)\s{2,}([A-Z])", first)
    return (cut[1], cut[2] + last) if cut and last[:1].islower() else (first, last)


def _plain(name: str) -> str:
    name = _reread(html.unescape(name))
    name = unicodedata.normalize("NFC", name).translate(_APOSTROPHES)
    name = "".join(one if unicodedata.category(one) not in _HIDDEN else " " if one.isspace() else "" for one in name)
    name = " ".join(name.split()).strip(_STRAY)
    for mend in _MENDS:
        name = mend(name).strip(_STRAY)
    return name if any(one.isalpha() for one in name) else ""


def _reread(name: str) -> str:
    """Letters with accents that were UTF-8 and were read as Latin-1: 'JÃ¼rgens'. No real name can be read both ways."""
    for encoding in () if name.isascii() else ("latin-1", "cp1252"):
        try:
            return name.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return name


def _spoken(name: str, letters: int) -> str:
    """Words of so many letters in capitals, or capitals after Mc, as names are written."""
    return re.sub(r"[^\W\d_]+('[^\W\d_]+)*", lambda found: _capital(found[0], letters), name)


def _capital(word: str, letters: int) -> str:
    if word[:2].upper() == "MC" and word[2:].isupper() and len(word) > _SHOUTED:
        return "Mc" + word[2:].capitalize()
    if not word.isupper() or len(word) < letters or word in _ROMAN:
        return word
    head, *parts = word.split("'")
    return "'".join([head.capitalize(), *(one.capitalize() if len(one) > 1 else one.lower() for one in parts)])


def _parted(name: str) -> tuple[str, str]:
    """A name and its suffix, written in one way. 'Jr.' alone is a suffix; 'JR' or 'V' alone are initials."""
    found = _SUFFIX.search(_STUCK.sub(" ", name))
    if found is None or (name.isalpha() and name.isupper()):
        return name, ""
    suffix = found["suffix"]
    suffix = f"{suffix.capitalize()}." if suffix.lower() in ("jr", "sr") else suffix.upper()
    return found.string[: found.start()].rstrip(" ,"), suffix
