"""The sample league: data for whoever has none, and for tests.

Made-up schools in made-up conferences play in exactly the formats of the file contract, for women and men, and the true
win probability of every game is known.
"""

from sample.league import SampleLeague, generate, generate_small, is_sample, write
from sample.shape import FULL, SMALL, Shape

__all__ = ["FULL", "SMALL", "SampleLeague", "Shape", "generate", "generate_small", "is_sample", "write"]
