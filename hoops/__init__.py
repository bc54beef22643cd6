"""College basketball, pure: files in, games, forecasts and tables out.

No AWS, no clock, no environment, no file system. Everything in this package is a function of its arguments::

    contract   bytes of an uploaded file     -> typed rows, or a Rejected with a report
    merge      rows from many files          -> what holds (newest statement wins)
    statespace team strengths before a day   -> forecasts; plus the day's games -> strengths after it
    fold       days in order                 -> forecasts and ratings, each made before its day was seen
    tables     games, forecasts, reference   -> the tables that the dashboard reads
    backtest   many seasons                  -> how good the forecasts were, beside baselines

Trained and scored, and not yet part of the fold (`docs/features.md`)::

    aggregates, efficiency                   box scores, summed and adjusted for opponents, day by day
    features, scorer                         match-ups described from before their day -> a better forecast
"""
