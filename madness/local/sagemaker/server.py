"""The server: requests of boto3's SageMaker client on loopback.

    python -m madness.local.sagemaker.server --folder FOLDER --port PORT --endpoint PORT --region REGION

The endpoint is the port of the local AWS, where channels, models and events are.
"""

from __future__ import annotations

import argparse
import base64
import logging
import signal
import sys
import threading
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from madness.local.sagemaker.api import CONTENT_TYPE, TARGET, ApiError, encode, invalid, parse
from madness.local.sagemaker.container import ROOT
from madness.local.sagemaker.jobs import STOPPING, Job, Jobs, event_detail
from madness.local.sagemaker.runner import Runner, Settings, split
from operate.aws import Clients

log = logging.getLogger("sagemaker")

HEALTH = "/health"  # answers where a server is up
EVENT_SOURCE = "madness.sagemaker"  # MiniStack refuses aws.*, as AWS does
DETAIL_TYPE = "SageMaker Training Job State Change"
_MOST = 2**20  # bytes of a request


class SageMaker:
    """Training jobs of a folder, asked for by the operations of SageMaker's API.

    Parameters
    ----------
    folder : pathlib.Path
        What is known of the jobs; a later one goes on with it.
    clients : callable
        Of the local AWS, by service.
    settings : Settings
    """

    def __init__(self, folder: Path, clients: Clients, settings: Settings) -> None:
        self._s3, self._settings = clients("s3"), settings
        self._events = _Events(clients("events"))
        self._jobs = Jobs(folder, self._events.tell)
        self._runner = Runner(self._jobs, self._s3, settings)
        self._operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "CreateTrainingJob": self._create,
            "DescribeTrainingJob": self._describe,
            "ListTrainingJobs": self._list,
            "StopTrainingJob": self._stop,
            "AddTags": self._add_tags,
            "ListTags": self._list_tags,
        }
        self._runner.resume()

    def close(self) -> None:
        """End every program; what runs goes on with the next server of the folder."""
        self._runner.close()
        self._events.close()

    def answer(self, operation: str, body: bytes) -> bytes:
        """The body of an answer.

        Raises
        ------
        ApiError
            As AWS has them.
        """
        if operation not in self._operations:
            raise ApiError(
                "UnknownOperationException",
                f"the local SageMaker knows no {operation or 'operation'}: it runs training jobs "
                f"({', '.join(self._operations)})",
            )
        return encode(operation, self._operations[operation](parse(operation, body)))

    def _create(self, request: dict[str, Any]) -> dict[str, Any]:
        name = request["TrainingJobName"]
        arn = f"arn:aws:sagemaker:{self._settings.region}:{self._settings.account}:training-job/{name}"
        _require_runnable(request)
        with self._jobs.lock:
            if name in self._jobs:
                raise ApiError(
                    "ResourceInUse",
                    "Training job names must be unique within an AWS account and region, and a training job with this "
                    f"name already exists ({arn})",
                )
            self._require_within_limit(request)
            self._require_data(request)
            job = self._jobs.add(request, arn)
        self._runner.begin(job)
        return {"TrainingJobArn": arn}

    def _describe(self, request: dict[str, Any]) -> dict[str, Any]:
        with self._jobs.lock:
            return self._job(request["TrainingJobName"]).described()

    def _list(self, request: dict[str, Any]) -> dict[str, Any]:
        with self._jobs.lock:
            rows = [job.summary() for job in self._jobs.all() if _is_asked_for(job.summary(), request)]
        keys: dict[str, Callable[[dict[str, Any]], Any]] = {
            "Name": lambda row: row["TrainingJobName"],
            "Status": lambda row: (row["TrainingJobStatus"], row["CreationTime"]),
            "CreationTime": lambda row: row["CreationTime"],
        }
        rows.sort(key=keys[request.get("SortBy", "CreationTime")], reverse=request.get("SortOrder") == "Descending")
        return _page(rows, "TrainingJobSummaries", request, 10)

    def _stop(self, request: dict[str, Any]) -> dict[str, Any]:
        with self._jobs.lock:
            job = self._job(request["TrainingJobName"])
            if job.is_over:
                raise invalid(f"The request was rejected because the training job is in status {job.status}.")
            if job.status != STOPPING:
                self._jobs.move(job, STOPPING, "Stopping the training job", STOPPING)
        return {}

    def _add_tags(self, request: dict[str, Any]) -> dict[str, Any]:
        with self._jobs.lock:
            job = self._by_arn(request["ResourceArn"])
            tags = {one["Key"]: one["Value"] for one in (*job.tags, *request["Tags"])}
            if len(tags) > 50:
                raise invalid(f"A training job has 50 tags at most, and these would be {len(tags)}")
            self._jobs.note(job, tags=[{"Key": key, "Value": value} for key, value in tags.items()])
            return {"Tags": job.tags}

    def _list_tags(self, request: dict[str, Any]) -> dict[str, Any]:
        with self._jobs.lock:
            return _page(list(self._by_arn(request["ResourceArn"]).tags), "Tags", request, 50)

    def _job(self, name: str) -> Job:
        if name not in self._jobs:
            raise ApiError("ResourceNotFound", "Requested resource not found.")
        return self._jobs[name]

    def _by_arn(self, arn: str) -> Job:
        job = self._jobs.by_arn(arn)
        if job is None:
            raise ApiError("ResourceNotFound", f"Could not find resource {arn}")
        return job

    def _require_within_limit(self, request: Mapping[str, Any]) -> None:
        instance = request["ResourceConfig"]["InstanceType"]
        limit = self._settings.limits.get(instance)
        used = sum(
            not job.is_over and job.request["ResourceConfig"]["InstanceType"] == instance for job in self._jobs.all()
        )
        if limit is not None and used >= limit:
            spot = "spot training job usage" if request.get("EnableManagedSpotTraining") else "training job usage"
            raise ApiError(
                "ResourceLimitExceeded",
                f"The account-level service limit '{instance} for {spot}' is {limit} Instances, with current "
                f"utilization of {used} Instances and a request delta of 1 Instances. Please use AWS Service Quotas to "
                "request an increase for this quota. If AWS Service Quotas is not available, contact AWS support to "
                "request an increase for this quota.",
            )

    def _require_data(self, request: Mapping[str, Any]) -> None:
        for channel in request.get("InputDataConfig", []):
            uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
            bucket, prefix = split(uri)
            try:
                there = self._s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)["KeyCount"]
            except ClientError:
                there = 0
            if not there:
                raise invalid(
                    f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the '
                    f"bucket exists in the selected region ({self._settings.region}), that objects exist under that S3 "
                    f'prefix, and that the role "{request["RoleArn"]}" has "s3:ListBucket" permissions on bucket '
                    f'"{bucket}".'
                )


class _Events:
    """Sends state-change events, one after the other and apart from what they tell of: nobody waits for them."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._sender = ThreadPoolExecutor(1, thread_name_prefix="events")

    def tell(self, job: Job) -> None:
        """Send the event of a job's status as it is now."""
        entry = {
            "Source": EVENT_SOURCE,
            "DetailType": DETAIL_TYPE,
            "Resources": [job.arn],
            "Detail": event_detail(job.described(), job.tags),
        }
        self._sender.submit(self._send, f"job {job.name} is {job.secondary}", entry)

    def close(self) -> None:
        self._sender.shutdown()

    def _send(self, what: str, entry: dict[str, Any]) -> None:
        try:
            answer = self._client.put_events(Entries=[entry])
        except (ClientError, BotoCoreError) as error:
            log.warning("%s, and its event could not be sent: %s", what, error)
        else:
            if answer["FailedEntryCount"]:
                log.warning("%s, and its event was refused: %s", what, answer["Entries"])


def serve(service: SageMaker, port: int = 0) -> ThreadingHTTPServer:
    """A server on loopback, which its caller runs; port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, service))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, service: SageMaker, *arguments: Any) -> None:
        self._service = service
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self._send(*((200, b"sagemaker") if self.path == HEALTH else (404, b"")))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        # A header that a page of a browser cannot send to another site without asking, and nobody answers that.
        target = self.headers.get("X-Amz-Target", "")
        try:
            if length > _MOST:
                self.close_connection = True
                raise invalid(f"a request of {length:,} bytes; {_MOST:,} are allowed")
            body = self.rfile.read(length)
            if not target.startswith(TARGET):
                raise ApiError("UnknownOperationException", "X-Amz-Target names no operation of SageMaker")
            self._send(200, self._service.answer(target.removeprefix(TARGET), body))
        except ApiError as error:
            self._send(error.status, error.body())
        except Exception as error:
            log.exception("%s", target)
            self._send(500, ApiError("InternalFailure", f"{type(error).__name__}: {error}").body())
            raise

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        log.debug(format, *arguments)


def _require_runnable(request: Mapping[str, Any]) -> None:
    """Raise `ApiError` for what AWS refuses, and for what only AWS can do."""
    algorithm, condition = request.get("AlgorithmSpecification", {}), request.get("StoppingCondition", {})
    resources, names = request.get("ResourceConfig", {}), request.get("HyperParameters", {})
    runtime, wait = condition.get("MaxRuntimeInSeconds", 86400), condition.get("MaxWaitTimeInSeconds")
    checks = [
        ("TrainingImage" in algorithm, "AlgorithmSpecification must have a TrainingImage"),
        (algorithm.get("TrainingInputMode") == "File", "the local SageMaker knows the TrainingInputMode File"),
        ("InstanceType" in resources, "ResourceConfig must have an InstanceType"),
        (resources.get("InstanceCount") == 1, "the local SageMaker runs a job on one instance: InstanceCount is 1"),
        ("StoppingCondition" in request, "StoppingCondition is required"),
        (
            {"sagemaker_program", "sagemaker_submit_directory"} <= set(names),
            "the local SageMaker runs scripts: HyperParameters must have sagemaker_program and "
            "sagemaker_submit_directory (the S3 address of a tar.gz)",
        ),
        (
            bool(request.get("EnableManagedSpotTraining")) == (wait is not None),
            "MaxWaitTimeInSeconds belongs to managed spot training, which must have it",
        ),
        (wait is None or wait >= runtime, "Invalid MaxWaitTimeInSeconds. It must be greater than or equal to "
         "MaxRuntimeInSeconds"),
        (
            request.get("CheckpointConfig", {}).get("LocalPath", ROOT).startswith(ROOT),
            f"the local SageMaker keeps checkpoints below {ROOT}",
        ),
        *(
            (
                channel["DataSource"].get("S3DataSource", {}).get("S3DataType") == "S3Prefix"
                and channel.get("CompressionType", "None") == "None"
                and channel.get("InputMode", "File") == "File",
                f"the local SageMaker knows channels that are files below an S3Prefix; {channel['ChannelName']} is not",
            )
            for channel in request.get("InputDataConfig", [])
        ),
    ]  # fmt: skip
    for holds, message in checks:
        if not holds:
            raise invalid(message)


def _is_asked_for(row: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
    return (
        request.get("NameContains", "").lower() in row["TrainingJobName"].lower()
        and request.get("StatusEquals", row["TrainingJobStatus"]) == row["TrainingJobStatus"]
        and all(
            request.get(f"{name}After", row[name]) <= row[name] <= request.get(f"{name}Before", row[name])
            for name in ("CreationTime", "LastModifiedTime")
        )
    )


def _page(rows: list[Any], name: str, request: Mapping[str, Any], most: int) -> dict[str, Any]:
    """A page of rows; NextToken says where the next one begins."""
    token = request.get("NextToken")
    try:
        start = int(base64.b64decode(token, validate=True)) if token else 0
    except ValueError as error:
        raise invalid("Invalid NextToken") from error
    stop = start + request.get("MaxResults", most)
    more = {"NextToken": base64.b64encode(str(stop).encode()).decode()} if stop < len(rows) else {}
    return {name: rows[start:stop], **more}


def main() -> None:
    """Serve until SIGTERM."""
    # Late: whoever only starts this program needs neither.
    from madness.local.ministack import Endpoint, local_clients

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--endpoint", type=int, required=True, metavar="PORT", help="of the local AWS")
    parser.add_argument("--region", required=True)
    parser.add_argument("--grace", type=float, default=120.0, help="seconds between SIGTERM and SIGKILL")
    parser.add_argument("--limit", action="append", default=[], metavar="TYPE=N", help="instances of a type at a time")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    limits = {name: int(number) for name, _, number in (one.partition("=") for one in given.limit)}
    settings = Settings(given.region, grace=given.grace, limits=limits)
    service = SageMaker(given.folder, local_clients(Endpoint(given.endpoint)), settings)
    server = serve(service, given.port)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    service.close()


if __name__ == "__main__":
    main()
