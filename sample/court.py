"""Where on the court a shot is taken: places and areas, in the words and measures of Kaggle's files.

The court is 94 by 50 feet; X and Y are hundredths of its length and width. Area 1 lies within four feet of the basket,
2 is the rest of the lane. Around them lie two rings, inside (3-7) and outside (8-12) of the three-point line, each cut
into five sectors from the shooter's right to the left, as on the dashboard's court. 13 is all beyond half court.
"""

from __future__ import annotations

import numpy as np

LENGTH, WIDTH = 94.0, 50.0  # feet
BASKET = 5.25  # feet from the baseline
UNDER, LANE, FREE_THROW_LINE = 4.0, 6.0, 19.0  # feet: of the arc, of half the lane, from the baseline
THREE, CORNER = 22.15, 21.65  # feet from the basket: the line's arc, and its straight parts from the middle
_TAN = (0.4877325885658614, 1.8807264653463318)  # of 26 and 62 degrees off the middle, where the sectors end
BACKCOURT = 13


def area_of(x: np.ndarray, y: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Area 1-13 of places.

    left: whether the shot is at the left basket.

    >>> area_of(np.array([6, 94, 30, 60]), np.array([50, 95, 50, 50]), np.array([True, False, True, True])).tolist()
    [1, 12, 10, 13]
    """
    out, right = _from_basket(x, y, left)
    distance2 = out * out + right * right
    sector = 2 - np.sign(right).astype(int) * sum(
        (np.abs(right) > tan * np.maximum(out, 0)).astype(int) for tan in _TAN
    )
    outside = (distance2 > THREE**2) | (np.abs(right) > CORNER)
    area = np.where(outside, 8, 3) + sector
    in_lane = (np.abs(right) <= LANE) & (out + BASKET <= FREE_THROW_LINE)
    area = np.where(in_lane, 2, area)
    area = np.where((distance2 <= UNDER**2) | ((out < 0) & (np.abs(right) <= UNDER)), 1, area)
    return np.where(out + BASKET > LENGTH / 2, BACKCOURT, area)


def _from_basket(x: np.ndarray, y: np.ndarray, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Feet from the basket towards the middle of the court, and towards the right of who faces the basket."""
    out = np.where(left, x, 100 - x) * (LENGTH / 100) - BASKET
    # At the left basket a shooter looks to the left, and has the upper side of the court to the right.
    right = np.where(left, y - 50, 50 - y) * (WIDTH / 100)
    return out, right


def places(ring: np.ndarray, left: np.ndarray, draw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """X and Y of shots.

    ring: RIM, PAINT, MIDDLE, BEHIND the three-point line, or HEAVE from the backcourt. draw: (3, n) uniform.
    """
    u, v, w = draw
    # A half circle without sines, which differ between machines: t is the tangent of half the angle.
    t = 2 * u - 1
    sine, cosine = 2 * t / (1 + t * t), (1 - t * t) / (1 + t * t)
    radius = np.choose(
        ring, (0.5 + 2.7 * v, 5.0 + 6.0 * v, 9.0 + 11.0 * v, 23.2 + 2.2 * v * v + 2.0 * v * v * v * v, 0 * v)
    )
    out, right = radius * cosine, radius * sine
    out = np.where(ring == RIM, out - 1.5 * w, out)
    right = np.where(ring == PAINT, np.clip(right, -5.0, 5.0), right)
    # The corners: along the sideline, where the line is nearer.
    corner = (ring == BEHIND) & (np.abs(right) > 22.2)
    right = np.where(corner, np.sign(right) * (22.8 + 1.2 * w), right)
    out = np.where(corner, np.maximum(out, -3.0 + 8.0 * v), out)
    out = np.where(ring == HEAVE, 45.0 + 25.0 * v, out)
    right = np.where(ring == HEAVE, 30.0 * (w - 0.5), right)
    x = np.clip(np.rint((out + BASKET) * (100 / LENGTH)), 1, 99).astype(int)
    y = np.clip(np.rint(50 + right * (100 / WIDTH)), 1, 99).astype(int)
    return np.where(left, x, 100 - x), np.where(left, y, 100 - y)


RIM, PAINT, MIDDLE, BEHIND, HEAVE = range(5)
