"""The `madness` command. Data goes to stdout, everything else to stderr; whatever is slow to import comes late."""

from __future__ import annotations

import errno
import os
import sys

import typer

from hoops.errors import MadnessError
from madness.commands import (
    backtest,
    bracket,
    configure,
    deploy,
    destroy,
    doctor,
    door,
    down,
    ingest,
    models,
    pool,
    predict,
    provision,
    reset,
    rights,
    rollback,
    sample,
    status,
    submission,
    train,
    up,
)

app = typer.Typer(
    name="madness",
    help="Forecasts of college basketball: local AWS, deployment, files in, dashboard out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (up.up, down.down, status.status, ingest.ingest, sample.sample, backtest.backtest, predict.predict,
                 bracket.bracket, pool.pool, submission.submission, reset.reset, configure.configure,
                 provision.provision, deploy.deploy,
                 rollback.rollback, doctor.doctor, destroy.destroy, door.door, door.edge, rights.rights,
                 train.train):  # fmt: skip
    app.command()(_command)
app.add_typer(models.models, name="models")


def main() -> None:
    """Run the command line; exit code 0 done, 1 failed, 2 wrong usage."""
    # Before NumPy loads, as in the Lambdas: equal bytes, and small matrices are eight times slower on many threads.
    for name, value in (("OPENBLAS_NUM_THREADS", "1"), ("OMP_NUM_THREADS", "1"), ("OPENBLAS_CORETYPE", "Haswell")):
        os.environ.setdefault(name, value)
    # Before Arrow loads: its default pool keeps what files took while they were read.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    try:
        app()
    except MadnessError as error:
        _fail(error.full_text())
    except BrokenPipeError:
        # Whoever read the output wants no more of it (`| head`); nor may the interpreter flush it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as error:
        _fail(_of_files(error))
    except _aws_errors() as error:
        from operate.aws import explain

        _fail(explain(error))


def _of_files(error: OSError) -> str:
    """One line on a file or a disk that does not do what is asked of it; anything else is a fault of ours."""
    if error.filename is not None:
        return f"{error.filename}: {error.strerror}. Check the path, its rights and the room on its disk."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{error.strerror}: a disk is full. Make room and try again."
    raise error


def _aws_errors() -> tuple[type[Exception], ...]:
    """What boto3 raises, if this run has used it: asked for only when something was raised."""
    if "botocore.exceptions" not in sys.modules:
        return ()
    from botocore.exceptions import BotoCoreError, ClientError

    return (BotoCoreError, ClientError)


def _fail(text: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"madness: {text}\n")
    raise SystemExit(1)
