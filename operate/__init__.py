"""What a person or a program asks of a running stage; used by the command line, and open to every deployable.

stage    names of its buckets, queue, functions      upload     files in, answers out
aws      clients, and what AWS's errors mean         reconcile  have the healing done now
status   how far it is (backlog, summary)            predict    one game, from a stage or a folder (sources)
submission  every two teams of a season, as Kaggle asks for them (submission_file)
"""
