"""What happens in AWS, and when.

    S3 event ─► accept ─► ledger, nudges ─► FIFO queue ─► apply ─► head ─► publish ─► dashboard bucket
                                                            ▲
    schedule ─► reconcile ──────── nudges ──────────────────┘

Handlers are thin: they parse the event and call one function with the lake. The ledger is the truth; a message only
says that it is worth a look.
"""
