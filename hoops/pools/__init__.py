"""Bracket pools: who fills in what, what it scores, who is paid, and which bracket to hand in.

Bracket ──► sheet ── what is filled in: 63 slots, whoever wins a play-in ─┐
shares of seeds, or given ──► public ── opponents' brackets ──────────────┤
tournaments played ──► scoring ── points of a slot if it is right ────────┴──► payouts ── expected prize of a bracket
                                                        payouts ──► search ── the bracket that is worth most
"""
