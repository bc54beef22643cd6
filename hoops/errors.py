"""One base class, then what the caller does about it (`hoops.contract.Rejected`: the input is bad)."""

from __future__ import annotations


class MadnessError(Exception):
    """Base of every error this project raises on purpose; its text is fit for a person to read."""

    def full_text(self) -> str:
        """All there is to say, on as many lines as it takes."""
        return str(self)


class Retryable(MadnessError):
    """Nothing is wrong with the input; the same call can succeed later (throttled, or someone else wrote first)."""
