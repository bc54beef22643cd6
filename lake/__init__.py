"""Typed access to the three buckets, and to a folder of the same files. Only this room knows keys and Parquet.

source (people write)   models (the pipeline's memory)      dashboard (readers)
  results/ fixtures/      ledger/   what files said           {table}/league=M/season=2024/part.parquet
  retractions/            receipts/ which files are done       manifest/league=M.json
  reference/              state/    head, snapshots, outputs
  rejected/ (reports)
"""
