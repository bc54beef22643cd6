"""The NCAA tournament's bracket of any season: exact odds, given what has been played and what is picked.

seeds, slots ──► tree ──► Bracket ──────────────┐
results to a day ──► facts ── who won which slot ┤
results, fixtures ──► schedule ── day and host ──┤
what is known, model ──► chances ── (m,) a game ─┴──► odds ── every team's chance to reach each round
                                                 ├──► best ── most likely bracket, most expected points
                                                 └──► draws ── the same odds over strengths drawn from what is known
compared: how good both kinds of odds were on tournaments that were played.
"""
