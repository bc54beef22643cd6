"""Forecasts, made from what was known before each game.

features  what a scorer sees (feature_list, team_features)    model  who forecasts a league: scorers/ ships its weights
scorer    the network, in plain NumPy                         match  one game, and what drives its forecast
pairs     every two teams at once
fold      days in order: forecast, then learn
ball      who has it after each play                  in_game  the chance of team 1 after each play
swings    what these chances tell of games and players
"""
