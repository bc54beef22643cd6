"""Runs training jobs, each in a thread: what lies in S3 comes into the container, what the program leaves goes back.

    Starting ─► Downloading ─► Training ─► Uploading ─► Completed
                    ▲             ├─► Stopping ─► Stopped                 StopTrainingJob
                    │             ├─► Stopped, MaxRuntimeExceeded         its time is over
                    │             ├─► Failed                              the program's fault, or its data's
                    └─ Restarting ┴─ Interrupted                          spot and kill -9; this server was stopped

A job that is interrupted begins with an empty container and its checkpoints from S3, as on AWS.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from madness.local import processes
from madness.local.processes import ProcessId
from madness.local.sagemaker.container import Container
from madness.local.sagemaker.jobs import COMPLETED, FAILED, STOPPED, STOPPING, Job, Jobs

log = logging.getLogger("sagemaker")

_TICK = 0.05  # seconds between looks at a program
_SYNC = 1.0  # seconds between looks at its checkpoints and its log
_REASON = 1024  # characters
_TAIL = 5  # lines of the log, for a failure without a reason


@dataclass(frozen=True)
class Settings:
    """What a person may choose.

    grace, closing : seconds between SIGTERM and SIGKILL; closing where this server is stopped. parallel : jobs at a
    time. limits : instances at a time, by instance type, before ResourceLimitExceeded; AWS gives a new account 0 of
    those with a GPU.
    """

    region: str
    account: str = "000000000000"
    grace: float = 120.0
    closing: float = 20.0
    parallel: int = 1
    limits: Mapping[str, int] = field(default_factory=dict)


class _Failed(Exception):
    """The job has failed; the text is its FailureReason."""


class _Asked(Exception):
    """Somebody stopped the job."""


class _OutOfTime(Exception):
    """The job's time is over; the text is its secondary status."""


class _Closing(Exception):
    """This server is stopped."""


class Runner:
    """Runs the jobs of a folder."""

    def __init__(self, jobs: Jobs, s3: Any, settings: Settings) -> None:
        self._jobs, self._s3, self._settings = jobs, s3, settings
        self._slots = threading.Semaphore(settings.parallel)
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []

    def begin(self, job: Job) -> None:
        """Run a job in the background."""
        thread = threading.Thread(target=self._run, args=(job,), name=job.name)
        self._threads.append(thread)
        thread.start()

    def resume(self) -> None:
        """Go on with what an earlier server left: run again what can be, and say of the rest what happened to it."""
        for job in (one for one in self._jobs.all() if not one.is_over):
            if job.process is not None:
                # Its server was killed; what it has saved since is not in S3 yet.
                processes.stop(job.process, patience=self._settings.closing)
                _Mirror(self._s3, self._container(job).checkpoints, _checkpoints(job)).up()
                self._jobs.note(job, process=None)
            if job.status == STOPPING:
                self._jobs.move(job, STOPPED, "Training job stopped", STOPPED)
            elif job.secondary == "Starting" or job.is_spot or "CheckpointConfig" in job.request:
                self._jobs.move(job, "Restarting", "Restarting after the local SageMaker was started again")
                self.begin(job)
            else:
                reason = (
                    "InternalServerError: the local SageMaker ended while the job ran. With CheckpointConfig or "
                    "EnableManagedSpotTraining it would go on."
                )
                self._jobs.move(job, FAILED, reason, FAILED, failure=reason)

    def close(self) -> None:
        """End all programs, which save what they can; their jobs go on with the next server."""
        self._closing.set()
        for thread in self._threads:
            thread.join()

    def _run(self, job: Job) -> None:
        container = self._container(job)
        try:
            with self._slot(job):
                while not self._attempt(job, container):
                    self._step(job, "Restarting", "Restarting the training job from its checkpoints")
        except _Closing:
            with self._jobs.lock:
                if job.status != STOPPING:
                    self._jobs.move(job, "Interrupted", "The local SageMaker was stopped")
            return
        except _Asked:
            self._jobs.move(job, STOPPED, "Training job stopped", STOPPED)
        except _OutOfTime as over:
            self._jobs.move(job, str(over), "Training job runtime exceeded its limit", STOPPED)
        except _Failed as failure:
            self._jobs.move(job, FAILED, str(failure), FAILED, failure=str(failure))
        except Exception as error:
            log.exception("job %s", job.name)
            reason = f"InternalServerError: {type(error).__name__}: {error}"[:_REASON]
            self._jobs.move(job, FAILED, reason, FAILED, failure=reason)
        container.remove()

    def _container(self, job: Job) -> Container:
        return Container(job.ml, job.request, job.arn, self._settings.region)

    @contextmanager
    def _slot(self, job: Job) -> Iterator[None]:
        """A turn among the jobs that run."""
        while not self._slots.acquire(timeout=_TICK):
            self._require_wanted(job)
        try:
            yield
        finally:
            self._slots.release()

    def _attempt(self, job: Job, container: Container) -> bool:
        """Run the program once; False if it was interrupted and is to run again."""
        self._step(job, "Downloading", "Downloading input data")
        container.lay_out()
        self._download(job, container)
        self._step(job, "Training", "Training in progress", started=job.started or self._jobs.clock())
        code, why = self._train(job, container)
        if why is None and code == -signal.SIGKILL and job.is_spot:
            self._step(job, "Interrupted", "The instance was reclaimed: the program was killed")
            return False
        if isinstance(why, _Closing):
            raise why
        if why is None and code != 0:
            raise _Failed(self._reason(job, container, code))
        if why is None:
            self._step(job, "Uploading", "Uploading generated training model")
        self._upload(job, container)
        if why is not None:
            raise why
        self._step(job, COMPLETED, "Training job completed", COMPLETED)
        return True

    def _train(self, job: Job, container: Container) -> tuple[int, Exception | None]:
        """Run the program to its end; its exit code, and why it was ended."""
        began, synced, why, asked = time.monotonic(), 0.0, None, 0.0
        trained = job.training_seconds
        listener = _Listener(job, self._jobs)
        checkpoints = _Mirror(self._s3, container.checkpoints, _checkpoints(job))
        process = container.start(job.log)
        try:
            moment = processes.started(process.pid)
            self._jobs.note(job, process=ProcessId(process.pid, moment) if moment else None)
            while process.poll() is None:
                now = time.monotonic()
                if now - synced > _SYNC:
                    checkpoints.up()
                    listener.listen()
                    synced = now
                if why is None:
                    why = self._why_end(job, trained + now - began)
                    if why is not None:
                        process.send_signal(signal.SIGTERM)
                        asked = now
                elif now - asked > (self._settings.closing if isinstance(why, _Closing) else self._settings.grace):
                    process.kill()
                time.sleep(_TICK)
        finally:
            _kill_session(process)
        checkpoints.up()
        listener.listen()
        self._jobs.note(job, process=None, training_seconds=trained + time.monotonic() - began)
        return process.returncode, why

    def _why_end(self, job: Job, trained: float) -> Exception | None:
        try:
            self._require_wanted(job, trained)
        except (_Asked, _OutOfTime, _Closing) as why:
            return why
        return None

    def _require_wanted(self, job: Job, trained: float = 0.0) -> None:
        condition = job.request["StoppingCondition"]
        if self._closing.is_set():
            raise _Closing
        if job.status == STOPPING:
            raise _Asked
        if trained > condition.get("MaxRuntimeInSeconds", 86400):
            raise _OutOfTime("MaxRuntimeExceeded")
        if self._jobs.clock() - job.created > condition.get("MaxWaitTimeInSeconds", float("inf")):
            raise _OutOfTime("MaxWaitTimeExceeded")

    def _step(self, job: Job, secondary: str, message: str, status: str = "InProgress", **fields: Any) -> None:
        with self._jobs.lock:  # a stop that is asked for in between is not overwritten
            if job.status == STOPPING:
                raise _Asked
            if status == "InProgress" and self._closing.is_set():
                raise _Closing
            self._jobs.move(job, secondary, message, status, **fields)

    def _download(self, job: Job, container: Container) -> None:
        try:
            for channel in job.request.get("InputDataConfig", []):
                source = channel["DataSource"]["S3DataSource"]["S3Uri"]
                if not _Mirror(self._s3, container.channel(channel["ChannelName"]), source).down():
                    raise _Failed(f"ClientError: Data download failed: no objects at {source}")
            _Mirror(self._s3, container.checkpoints, _checkpoints(job)).down()
            archive = container.ml / "sourcedir.tar.gz"
            bucket, key = split(container.sources)
            self._s3.download_file(bucket, key, str(archive))
            try:
                container.unpack(archive)
            except tarfile.TarError as error:
                raise _Failed(f"ClientError: {container.sources} cannot be unpacked: {error}"[:_REASON]) from error
        except (ClientError, BotoCoreError) as error:
            raise _Failed(f"ClientError: Data download failed: {error}"[:_REASON]) from error

    def _upload(self, job: Job, container: Container) -> None:
        target = f"{job.request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{job.name}/output"
        bucket, prefix = split(target)
        try:
            self._s3.upload_file(str(container.pack(container.output)), bucket, f"{prefix}/output.tar.gz")
            if any(container.model.iterdir()):
                # Last: its arrival is what others wait for.
                self._s3.upload_file(str(container.pack(container.model)), bucket, f"{prefix}/model.tar.gz")
                self._jobs.note(job, artifacts=f"{target}/model.tar.gz")
        except (ClientError, BotoCoreError) as error:
            raise _Failed(f"ClientError: Artifact upload failed: {error}"[:_REASON]) from error

    def _reason(self, job: Job, container: Container, code: int) -> str:
        """As AWS words it."""
        reason = container.reason() or "\n".join(job.log.read_text(errors="replace").splitlines()[-_TAIL:])
        end = f", exit code: {code if code >= 0 else 128 - code}"
        return f"AlgorithmError: {reason}"[: _REASON - len(end)] + end


class _Mirror:
    """A folder and a place of S3, one the copy of the other; None is no place."""

    def __init__(self, s3: Any, folder: Path, uri: str | None) -> None:
        self._s3, self._folder, self._place = s3, folder, split(uri) if uri else None
        self._known: dict[Path, tuple[int, int]] = {}

    def down(self) -> int:
        """Fetch every object below the place; gives their number. A place that is an object gives that one."""
        if self._place is None:
            return 0
        found = 0
        for key, name in self._objects(*self._place):
            file = self._folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            self._s3.download_file(self._place[0], key, str(file))
            found += 1
        return found

    def up(self) -> None:
        """Send every file that has changed since."""
        if self._place is None:
            return
        bucket, prefix = self._place
        for file in sorted(self._folder.rglob("*")):
            try:
                stat = file.stat()
                state = (stat.st_mtime_ns, stat.st_size)
                if not file.is_file() or self._known.get(file) == state:
                    continue
                self._s3.put_object(
                    Bucket=bucket, Key=f"{prefix}{file.relative_to(self._folder)}", Body=file.read_bytes()
                )
            except FileNotFoundError:  # a draft that has its name by now
                continue
            except (ClientError, BotoCoreError) as error:
                log.warning("checkpoint %s: %s", file.name, error)
                continue
            self._known[file] = state

    def _objects(self, bucket: str, prefix: str) -> Iterator[tuple[str, str]]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for row in (row for page in pages for row in page.get("Contents", [])):
            key = row["Key"]
            # As SageMaker does: the folder of a prefix that ends in the midst of a name is not part of the names.
            name = key[len(prefix) :].lstrip("/") or key.rpartition("/")[2]
            if not key.endswith("/"):
                yield key, name


class _Listener:
    """Finds the job's metrics in what its program says, as the regexes of its definitions have them."""

    def __init__(self, job: Job, jobs: Jobs) -> None:
        self._job, self._jobs = job, jobs
        definitions = job.request["AlgorithmSpecification"].get("MetricDefinitions", [])
        self._regexes = {one["Name"]: re.compile(one["Regex"]) for one in definitions}
        self._at = job.log.stat().st_size if job.log.exists() else 0

    def listen(self) -> None:
        """Look at the whole lines that came since the last time."""
        with self._job.log.open("rb") as said:
            said.seek(self._at)
            text = said.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._at += len(whole)
        found = dict(self._job.metrics)
        for line in whole.decode(errors="replace").splitlines():
            for name, regex in self._regexes.items():
                if hit := regex.search(line):
                    try:
                        found[name] = (float(hit[1]), self._jobs.clock())
                    except (ValueError, IndexError):
                        continue  # no number: AWS takes none either
        if found != self._job.metrics:
            self._jobs.note(self._job, metrics=found)


def split(uri: str) -> tuple[str, str]:
    """Bucket and key of an address.

    >>> split("s3://bucket/some/key")
    ('bucket', 'some/key')
    """
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _checkpoints(job: Job) -> str | None:
    uri: str | None = job.request.get("CheckpointConfig", {}).get("S3Uri")
    return uri and f"{uri.rstrip('/')}/"


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a program and of all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
