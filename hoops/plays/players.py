"""Names of players as people write them, from a file in which they have what websites left on them."""

from __future__ import annotations

import html
import re
import unicodedata

_APOSTROPHES = str.maketrans("’‘`´", "''''")
_STRAY = ' ,;:_*-"'  # at the ends of a name; a full stop belongs to Jr., and an apostrophe to Devonte'
_DIGITS = re.compile(r"[0-9]+")
_MISREAD = re.compile("[ÃÅÄ][\x80-\xbf]")  # UTF-8 that was read as Latin-1
_SHOUTED = 4  # letters; a shorter word in capitals may be initials or III


def full_name(first: str | None, last: str | None) -> str:
    """First and last name, or the one that there is; empty if there is none.

    >>> full_name("Jy&#X27;Lan ", "WASHINGTON"), full_name("", "Baker1819"), full_name("K.J.", "Hill  Jr. ")
    ("Jy'Lan Washington", 'Baker', 'K.J. Hill Jr.')
    """
    return " ".join(name for name in (_clean(first or ""), _clean(last or "")) if name)


def _clean(name: str) -> str:
    if name.isascii() and name.isalpha() and not name.isupper():
        return name
    name = html.unescape(name)
    if _MISREAD.search(name):
        name = _reread(name)
    name = _DIGITS.sub("", unicodedata.normalize("NFC", name).translate(_APOSTROPHES))
    words = " ".join(name.split()).strip(_STRAY).split()
    return " ".join(_spoken(word) if len(word) >= _SHOUTED and word.isupper() else word for word in words)


def _reread(name: str) -> str:
    try:
        return name.encode("latin-1").decode()
    except UnicodeError:
        return name


def _spoken(word: str) -> str:
    """A word without its capitals, but for names of initials.

    >>> _spoken("O'NEAL"), _spoken("A.J."), _spoken("TAHJ-MALIK")
    ("O'Neal", 'A.J.', 'Tahj-Malik')
    """
    return word if "." in word else re.sub(r"\w+", lambda part: part[0].capitalize(), word)
