"""Steps of a deployment, one after the other: each says what it will do, what it did, and how that is undone.

A step looks at what is there first, so that a second run changes nothing and a run after a failure goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Say = Callable[[str], None]


@dataclass(frozen=True)
class Done:
    """What a step did, in words; changed: False if all of it was there already."""

    told: str
    changed: bool = True


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    title : one word
    does : what it will do, for somebody who decides whether to run it
    undo : how to undo what it did; empty if there is nothing to undo
    run : does it
    commands : what it runs or asks of AWS, as a person would type it
    """

    title: str
    does: str
    undo: str
    run: Callable[[], Done]
    commands: tuple[str, ...] = ()


def carry_out(steps: Sequence[Step], say: Say) -> dict[str, Done]:
    """Run every step in order; what each did by its title. The first that fails ends it, those before it stand."""
    done: dict[str, Done] = {}
    for number, step in enumerate(steps, 1):
        say(f"{number}/{len(steps)} {step.title}: {step.does}")
        done[step.title] = found = step.run()
        say(f"    {found.told}")
        if found.changed and step.undo:
            say(f"    undo: {step.undo}")
    return done
