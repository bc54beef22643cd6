"""The training job's program: train one league's model, and write all that belongs to it.

    python -m ml_jobs.train --data FOLDER --league M --out FOLDER [--width 8 ...]      by hand
    python ml_jobs/train.py --league M --train-before 2025:104 [--width 8 ...]          as SageMaker starts it

`ml_jobs.job` has the arguments, `ml_jobs.script_mode` where a job's folders are, `ml_jobs.files` what is written.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    if not __package__:  # started by its path: what is imported lies in the folder above this one
        sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from ml_jobs.job import main

    sys.exit(main())
