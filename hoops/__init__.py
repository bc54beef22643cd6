"""College basketball, pure: files in, games, forecasts and tables out.

No AWS, no clock, no environment, no file system. Everything in this package is a function of its arguments::

    contract   bytes of an uploaded file     -> typed rows, or a Rejected with a report
    merge      rows from many files          -> what holds (newest statement wins)
    knowledge  all that is known before a day, plus the day's games -> what is known after it
               (statespace strengths, efficiency adjusted box scores, aggregates plain sums, travel homes)
    features   match-ups and what is known before their day -> what a scorer sees of them
    scorer     what it sees, and trained weights -> probabilities and margins
    fold       days in order                 -> forecasts and ratings, each made before its day was seen
    tables     games, forecasts, reference   -> the tables that the dashboard reads
    backtest   many seasons                  -> how good the forecasts were, beside baselines
"""
