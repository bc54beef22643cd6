"""Typed access to the three buckets. The only room that knows keys, Parquet and conditional writes.

source (people write)   models (the pipeline's memory)      dashboard (readers)
  results/ fixtures/      ledger/   what files said           {table}/league=M/season=2024/part.parquet
  retractions/            receipts/ which files are done       manifest/league=M.json
  reference/              state/    head, snapshots, outputs
  rejected/ (reports)
"""
