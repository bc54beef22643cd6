"""Colours of both themes against WCAG 2.2: text at least 4.5:1, graphics and controls at least 3:1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dashboard
from dashboard.figures import NEUTRAL, PALETTE

CSS = (Path(dashboard.__file__).parent / "assets" / "theme.css").read_text()
TEXT = [
    ("text", "bg"), ("text", "surface"), ("text", "raised"), ("text", "chosen"), ("text", "accent-soft"),
    ("text", "gold-soft"), ("text", "bad-soft"), ("muted", "bg"), ("muted", "surface"), ("muted", "raised"),
    ("muted", "gold-soft"), ("muted", "even-soft"), ("accent", "surface"), ("accent", "bg"), ("surface", "accent"),
    ("good", "good-soft"), ("good", "surface"), ("bad", "bad-soft"), ("bad", "surface"),
]  # fmt: skip
GRAPHICS = [("bar", "surface"), ("bar", "bar-rest"), ("bad", "bar-rest"), ("gold", "gold-soft"), ("muted", "bar-rest")]


def _theme(selector: str) -> dict[str, str]:
    block = CSS[CSS.index(selector) :]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block[: block.index("}")]))


THEMES = {"light": _theme(":root {"), "dark": _theme(':root[data-mantine-color-scheme="dark"] {')}


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1-21 (WCAG 2.2, relative luminance)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read(theme: str, front: str, back: str) -> None:
    assert contrast(THEMES[theme][front], THEMES[theme][back]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back"), GRAPHICS)
def test_graphics_can_be_told_from_their_ground(theme: str, front: str, back: str) -> None:
    assert contrast(THEMES[theme][front], THEMES[theme][back]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("colour", [*PALETTE, NEUTRAL])
def test_lines_of_charts_stand_out_in_both_themes(theme: str, colour: str) -> None:
    assert contrast(colour, THEMES[theme]["surface"]) >= 3
