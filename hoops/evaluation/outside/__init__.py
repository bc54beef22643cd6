"""Other people's forecasts of games that were played: the betting market, expected scores, FiveThirtyEight.

::

    a file, or a folder of them -> Sheet -> its header says which kinds it is of
        closing, opening spreads --> expected margin --+
        expected scores -----------> expected margin --+
        money lines ---------------> probability ------+-> Said, matched to Results, by forecaster
        favourites by game --------> names to ids -----+     -> the median of what is said of a game
        teams by round and day ----> names, dates -----+     -> Phi(margin / scale of earlier seasons)
                                                                 -> OutsideForecasts
"""

from hoops.evaluation.outside.forecasts import OutsideForecasts, Said, settled
from hoops.evaluation.outside.kinds import said_in

__all__ = ["OutsideForecasts", "Said", "said_in", "settled"]
