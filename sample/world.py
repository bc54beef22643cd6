"""Schools, cities, conferences, and which school plays where in which season: the same for men and women."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sample.names import (
    CONFERENCES,
    NAME_LENGTH,
    NEUTRAL_PLACES,
    PLACES,
    SECOND_STYLES,
    STATES,
    STYLES,
)
from sample.randomness import Draws
from sample.shape import LARGEST_CONFERENCE, SMALLEST_CONFERENCE, Shape

OUTSIDE = -1  # the conference of a school that is not in Division I
FIRST_CITY = 4001


@dataclass(frozen=True)
class World:
    """Everything that does not depend on a game.

    Schools, conferences and cities are numbered from 0; ids are made of these numbers when files are written.

    schools: names. city: (n,) each school's city. cities: (name, state code).
    membership: (seasons, n) each school's conference, or OUTSIDE. host: (conferences,) the city of each conference's
    tournament. neutral: cities without a school.
    """

    seasons: tuple[int, ...]
    schools: tuple[str, ...]
    city: np.ndarray
    cities: tuple[tuple[str, str], ...]
    membership: np.ndarray
    host: np.ndarray
    neutral: np.ndarray

    def members(self, season: int, conference: int) -> np.ndarray:
        return np.flatnonzero(self.membership[self.seasons.index(season)] == conference)


def _school_names(places: list[str], draws: Draws) -> Iterator[tuple[str, str]]:
    """(school, place), one school a place; then a second school of a place where another style fits."""
    bounds = np.cumsum([share for _, share in STYLES])
    taken = set()
    for place in places:
        style = STYLES[min(int(np.searchsorted(bounds, draws.uniform(1)[0])), len(STYLES) - 1)][0]
        name = style.format(place)
        if len(name) > NAME_LENGTH or (" " in place and name != f"{place} St") or name.startswith("St "):
            name = place
        taken.add(name)
        yield name, place
    for style in SECOND_STYLES:
        for place in draws.shuffled(places):
            name = style.format(place)
            if len(name) <= NAME_LENGTH and name not in taken and " " not in place:
                taken.add(name)
                yield name, place


def _sizes(conferences: list[int], count: int) -> list[int]:
    return [conferences.count(k) for k in range(count)]


def _next_season(conferences: list[int], count: int, draws: Draws) -> tuple[list[int], list[int]]:
    """Each school's conference a season later, and the conferences that take a newcomer.

    As in life, newcomers join weaker conferences, schools that leave come from those, and once in a while a school
    moves up.
    """
    after = list(conferences)
    weaker = range(count // 2, count)
    if draws.chance(0.5):
        mover = draws.below(len(after))
        target = after[mover] - 1 - draws.below(3)
        sizes = _sizes(after, count)
        if target >= 0 and sizes[target] < LARGEST_CONFERENCE and sizes[after[mover]] > SMALLEST_CONFERENCE:
            after[mover] = target
    if draws.chance(0.6):
        conference = weaker[draws.below(len(weaker))]
        members = [school for school, at in enumerate(after) if at == conference]
        if len(members) > SMALLEST_CONFERENCE:
            after[members[draws.below(len(members))]] = OUTSIDE
    newcomers: list[int] = []
    for _ in range(1 + draws.chance(0.4)):
        sizes = _sizes(after + newcomers, count)
        smallest = min(draws.shuffled(weaker), key=lambda k: sizes[k])
        if sizes[smallest] < LARGEST_CONFERENCE:
            newcomers.append(smallest)
    return after, newcomers


def build_world(seed: int, seasons: tuple[int, ...], shape: Shape) -> World:
    """The world of a seed; a longer run of seasons only adds to it."""
    draws = Draws(seed, "world")
    count = len(shape.conference_sizes)
    region_of = [region for _, _, region in CONFERENCES]
    state: dict[str, str] = {}
    neutral: list[str] = []
    names: dict[str, Iterator[tuple[str, str]]] = {}
    for region, places in PLACES.items():
        mixed = draws.shuffled(places)
        state |= {place: STATES[region][draws.below(len(STATES[region]))] for place in mixed}
        neutral += mixed[:NEUTRAL_PLACES]
        names[region] = _school_names(mixed[NEUTRAL_PLACES:], Draws(seed, "schools", region))

    # A school leaves once and for all: whoever comes later has a new name and the next id, as in Kaggle's files.
    def christened(conferences: list[int]) -> list[tuple[str, str, int]]:
        return sorted((*next(names[region_of[k]]), k) for k in conferences)

    first = christened([k for k, size in enumerate(shape.conference_sizes) for _ in range(size)])
    schools = [(name, place) for name, place, _ in first]
    rows = [[k for _, _, k in first]]
    for season in seasons[1:]:
        after, conferences = _next_season(rows[-1], count, Draws(seed, "membership", season))
        newcomers = christened(conferences)
        schools += [(name, place) for name, place, _ in newcomers]
        rows.append(after + [k for _, _, k in newcomers])
    membership = np.full((len(seasons), len(schools)), OUTSIDE)
    for s, row in enumerate(rows):
        membership[s, : len(row)] = row

    cities = sorted(state)
    neutral_cities = np.array([cities.index(place) for place in neutral])
    regions = list(PLACES)
    host = [
        neutral_cities[regions.index(region_of[k]) * NEUTRAL_PLACES + k // len(regions) % NEUTRAL_PLACES]
        for k in range(count)
    ]
    return World(
        seasons=seasons,
        schools=tuple(name for name, _ in schools),
        city=np.array([cities.index(place) for _, place in schools]),
        cities=tuple((place, state[place]) for place in cities),
        membership=membership,
        host=np.array(host),
        neutral=neutral_cities,
    )
