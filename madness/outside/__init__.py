"""Other people's forecasts of games that were played: the closing line, money lines, FiveThirtyEight.

::

    a file, or a folder of them -> Sheet -> its header says which of four kinds it is
        closing spreads ------> Phi(spread / scale) ---+
        money lines ------------------------------------+-> matched to Played -> OutsideForecasts
        favourites by game ----> names to team ids -----+
        teams by round and day -> names, dates, pairs --+
"""

from madness.outside.forecasts import OutsideForecasts, joined
from madness.outside.reading import read_outside

__all__ = ["OutsideForecasts", "joined", "read_outside"]
