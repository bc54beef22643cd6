"""Players: who is on a team in a season, who was there before, what they did, and who appeared in which game."""

from hoops.players.appearances import Appearances
from hoops.players.squads import Squads

__all__ = ["Appearances", "Squads"]
