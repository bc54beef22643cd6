"""How good forecasts are.

metrics   scores and calibration           backtest  seasons walk-forward, beside baselines
baselines home court, seeds, Elo           outside   other people's forecasts of the same games (beside)
kaggle    all pairs, as Kaggle scores them
"""
