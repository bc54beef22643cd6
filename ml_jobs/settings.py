"""Every parameter of the scorer and its training, in one place; each can be given as text, as SageMaker does."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from hoops.errors import MadnessError
from hoops.forecast.feature_list import columns_of


@dataclass(frozen=True)
class Settings:
    """Architecture, training and split. The defaults were chosen on seasons up to 2018 (`docs/features.md`)."""

    # what the scorer sees, and how it is built
    groups: str = "strength,adjusted,efficiency,factors,schedule,absences"  # of `hoops.forecast.feature_list`
    members: int = 8  # networks in the ensemble
    width: int = 16  # hidden units of each; 0 leaves only the linear part
    # training
    ridge: float = 100.0  # penalty on the squared weights of the linear part
    ncaa_weight: float = 3.0  # how often a game of the NCAA tournament counts
    margin_weight: float = 0.03  # of the margin's squared error beside log loss
    learning_rate: float = 0.0005
    weight_decay: float = 0.1
    batch: int = 2048  # games a step
    epochs: int = 30  # at most
    patience: int = 4  # epochs without a better validation loss before stopping
    taken_away: int = 1  # more walks that describe the games, with box scores taken away at random
    taken_away_weight: float = 0.5  # how much a game described like that counts
    refit: bool = True  # train again on training and validation seasons, for as long as was best
    seed: int = 1
    # split, by season; test seasons are the last ones, validation seasons those before
    first_season: int = 2006  # seasons before it only build the features
    boxed: float = 0.1  # and so do seasons with box scores for less than this share of games, if any has more
    validation_seasons: int = 2
    test_seasons: int = 2
    device: str = "auto"  # auto (a GPU if there is one), cpu or cuda

    def __post_init__(self) -> None:
        try:
            columns_of(self.group_names)
        except ValueError as error:
            raise MadnessError(str(error)) from error
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, (int, float)) and not (math.isfinite(value) and value >= 0):
                raise MadnessError(f"{field.name} must be a number of at least 0, not {value}")
        if self.learning_rate == 0.0:
            raise MadnessError("learning_rate must be more than 0")
        for name in ("members", "batch", "epochs", "validation_seasons", "test_seasons"):
            if getattr(self, name) < 1:
                raise MadnessError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.device not in ("auto", "cpu", "cuda"):
            raise MadnessError(f"device must be auto, cpu or cuda, not {self.device}")

    @property
    def group_names(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.groups.split(","))

    @classmethod
    def read(cls, given: Iterable[str]) -> Settings:
        """Settings from texts of the form NAME=VALUE; raises MadnessError as `of` does, or if a text has no =.

        Examples
        --------
        >>> Settings.read(["width=8"]).width
        8
        """
        pairs = [text.partition("=") for text in given]
        bad = [name for name, equals, _ in pairs if not equals]
        if bad:
            raise MadnessError(f"{bad[0]!r} is not of the form NAME=VALUE, such as width=8")
        return cls.of({name.strip(): value.strip() for name, _, value in pairs})

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Settings:
        """Settings from texts, such as hyperparameters; what is not given keeps its default.

        Raises
        ------
        MadnessError
            If a name is unknown or a text is not of the parameter's type.

        Examples
        --------
        >>> Settings.of({"width": "8", "refit": "false"}).width
        8
        """
        known = {field.name: type(field.default) for field in fields(cls)}
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise MadnessError(f"no parameter {', '.join(unknown)}; there are {', '.join(known)}")
        return cls(**{name: _read(name, text, known[name]) for name, text in given.items()})


def _read(name: str, text: str, type_: type) -> Any:
    if type_ is bool:
        if text.lower() not in ("true", "false"):
            raise MadnessError(f"{name} must be true or false, not {text}")
        return text.lower() == "true"
    try:
        return type_(text)
    except ValueError as error:
        wanted = "a whole number" if type_ is int else "a number"
        raise MadnessError(f"{name} must be {wanted}, not {text!r}") from error
