"""Play-by-play: what a file of it holds, as days of whole games, and what is counted in them.

    bytes -> reader (PlayByPlay) -> Stretch, Stretch, ... -> hoops.tables.plays (SeasonPlays), hoops.tables.chances

vocabulary  what the codes mean, in words    stretch  whole games, as arrays
reader      from a stream to days            games    which games are in the results, and what is known of them
timeline    runs, lead changes, jumps        totals   what is counted through a season
"""
