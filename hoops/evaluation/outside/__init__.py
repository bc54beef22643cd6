"""Other people's forecasts of games that were played: the closing line, money lines, FiveThirtyEight.

::

    a file, or a folder of them -> Sheet -> its header says which of four kinds it is
        closing spreads ------> Phi(spread / scale) ---+
        money lines ------------------------------------+-> matched to Results -> OutsideForecasts
        favourites by game ----> names to team ids -----+
        teams by round and day -> names, dates, pairs --+
"""

from hoops.evaluation.outside.forecasts import OutsideForecasts, joined
from hoops.evaluation.outside.kinds import forecasts_in

__all__ = ["OutsideForecasts", "forecasts_in", "joined"]
