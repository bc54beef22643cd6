"""One base class, then what the caller does about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hoops.contract.report import Report


class MadnessError(Exception):
    """Base of every error this project raises on purpose; its text is fit for a person to read."""


class Rejected(MadnessError):
    """An input is bad: its `report` says which file, row and column, what was found and what is allowed."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.headline())
        self.report = report


class Retryable(MadnessError):
    """Nothing is wrong with the input; the same call can succeed later (throttled, or someone else wrote first)."""
