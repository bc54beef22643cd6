"""Players: who is on a team in a season, who was there before, and what they did."""

from hoops.players.squads import Squads

__all__ = ["Squads"]
