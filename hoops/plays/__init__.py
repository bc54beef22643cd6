"""Play-by-play: what a file of it holds, and the tables of a season that are made of plays alone.

    bytes -> reader (PlayByPlay) -> Day, Day, ... -> season (SeasonPlays) -> pieces of tables by day, tables at the end

vocabulary  what the codes mean, in words    day      whole games of a day, as arrays
reader      from a stream to days            totals   what is counted through a season
timeline    runs, lead changes, jumps        season   the tables
"""
