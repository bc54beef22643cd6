"""Games, their teams and places: the vocabulary of every other room.

leagues     leagues, kinds of game, sites, days        identity    which game is which, and their order
moment      season and day, and the time between       matchups    what may be known before a game
results     games played, as arrays                    reference   names, calendars, seeds, cities
team_names  spellings to team ids                      surroundings  conferences, and where cities lie
player_names  as people read them
"""
