"""The field before it is named: who will play in the NCAA tournament, from what is known on an evening before.

games, fixtures, conferences ──► season ── standings, what is to come ─┐
tournaments of conferences ────► tournaments ── who can meet whom ─────┤
what is known, model ──────────► strengths ── of every two, and draws ─┴──► simulation ──► projection
games and ratings ─────────────► resume ──► committee ── its list ─────┘        a few thousand ways on to the title
"""
