"""Sound files of the corpus with a few bytes changed: what a fuzzer feeds."""

from __future__ import annotations

from corpus.hard_files import SOUND
from hypothesis import strategies as st

SPICE = st.sampled_from(
    [b",", b"\n", b"\r", b"\r\n", b'"', b" ", b"0", b"-", b".0", b"\0", b"\xff", b"\xef\xbb\xbf", b"nan", b"0x1",
     b"1" * 40, b"x" * 17_000, b"," * 300, b"\x1f\x8b", "\u2028é".encode(), b"Season", b"\x0b\x0c\x1c"]
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sound file of the corpus, changed."""
    key = draw(st.sampled_from(sorted(SOUND)))
    return key, draw(changed(SOUND[key]))


@st.composite
def changed(draw: st.DrawFn, data: bytes) -> bytes:
    """A file with a few digits replaced, or some of its bytes replaced, cut out, doubled or spiced."""
    rough = draw(st.booleans())
    for _ in range(draw(st.integers(1, 3))):
        if not rough:
            start = draw(st.sampled_from([place for place, byte in enumerate(data) if byte in b"0123456789"]))
            data = data[:start] + str(draw(st.integers(0, 9))).encode() + data[start + 1 :]
            continue
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 30)))
        piece = draw(st.one_of(SPICE, st.binary(max_size=4), st.just(b""), st.just(data[start:end] * 2)))
        data = data[:start] + piece + data[end:]
    return data
