"""College basketball, pure: files in, games, forecasts and tables out.

No AWS, no clock, no environment, no file system. Everything in this package is a function of its arguments. The rooms,
each standing only on those below it::

    tables      games, forecasts, reference  -> the tables that the dashboard reads
    evaluation  forecasts and outcomes       -> how good they were, beside baselines and other people's
    forecast    what is known before a day   -> forecasts of its games; the fold of days in order
    knowledge   what is known before a day, and its games -> what is known after it
    contract    bytes of an uploaded file    -> typed rows, or a Rejected with a report; many files -> what holds
    games       leagues, identities, match-ups, results, reference: the vocabulary
    schemas     every column of every table; arrays: types, look-up and bytes; errors
"""
