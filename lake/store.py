"""One bucket: get, put, list, delete, with conditional writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from hoops.errors import MadnessError, Retryable
from lake.retry import retrying

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Conflict(Retryable):
    """A conditional write lost: the object is not in the state that the writer had read."""


@dataclass(frozen=True)
class Stored:
    """An object as it was read. version: S3's version id, or None in a bucket without versioning."""

    body: bytes
    etag: str
    version: str | None
    modified: datetime


@dataclass(frozen=True)
class Listed:
    """A row of a bucket listing."""

    key: str
    etag: str
    size: int
    modified: datetime
    version: str | None = None


class Store(Protocol):
    """What the pipeline needs of a bucket. Keys are plain text, never URL-encoded."""

    name: str

    def get(self, key: str, version: str | None = None) -> Stored | None:
        """The object, or None if there is none."""

    def stat(self, key: str, version: str | None = None) -> Listed | None:
        """What a listing would tell of the object, without its body; None if there is none."""

    def part(self, key: str, start: int, stop: int, *, etag: str, version: str | None = None) -> bytes:
        """Bytes from `start` up to `stop` of an object; raise `Conflict` if it does not have that ETag, or is gone."""

    def put(self, key: str, body: bytes | BinaryIO, *, if_match: str | None = None, if_absent: bool = False) -> str:
        """Write and return the ETag. With a condition: raise `Conflict` unless the object has that ETag / is absent.

        body: bytes, or a file that is read from where it stands and never held whole.
        """

    def put_new(self, key: str, body: bytes) -> bool:
        """Write an immutable object; False if it was there already."""

    def listing(self, prefix: str) -> list[Listed]:
        """Every object below the prefix, in key order."""

    def versions(self, prefix: str) -> list[Listed]:
        """Every version of every object below the prefix that was not deleted for good, oldest first."""

    def folders(self, prefix: str) -> list[str]:
        """Names of the folders directly below the prefix (which ends in /), in order."""

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; those that are gone already do not matter. Raise if any of them stays."""


class S3Store:
    """A bucket of S3, or of anything that speaks its protocol."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self.name = bucket
        self._s3 = client

    def get(self, key: str, version: str | None = None) -> Stored | None:
        wanted: dict[str, Any] = {"VersionId": version} if version else {}
        try:
            answer = self._call(self._s3.get_object, Key=key, **wanted)
            body = self._call_read(answer["Body"])
        except _Missing:
            return None
        return Stored(body, answer["ETag"].strip('"'), _version(answer), answer["LastModified"])

    def stat(self, key: str, version: str | None = None) -> Listed | None:
        wanted: dict[str, Any] = {"VersionId": version} if version else {}
        try:
            answer = self._call(self._s3.head_object, Key=key, **wanted)
        except _Missing:
            return None
        return Listed(key, answer["ETag"].strip('"'), answer["ContentLength"], answer["LastModified"])

    def part(self, key: str, start: int, stop: int, *, etag: str, version: str | None = None) -> bytes:
        wanted: dict[str, Any] = {"VersionId": version} if version else {}
        try:
            answer = self._call(
                self._s3.get_object, Key=key, Range=f"bytes={start}-{stop - 1}", IfMatch=f'"{etag}"', **wanted
            )
            body = self._call_read(answer["Body"])
        except _Missing:
            raise Conflict(f"{self.name}/{key}: it is gone") from None
        # A server may ignore the range; MiniStack does where a version is asked for.
        return body if "ContentRange" in answer else body[start:stop]

    def put(self, key: str, body: bytes | BinaryIO, *, if_match: str | None = None, if_absent: bool = False) -> str:
        condition: dict[str, Any] = {"IfMatch": f'"{if_match}"'} if if_match else {}
        if if_absent:
            condition["IfNoneMatch"] = "*"
        try:
            return self._call(self._s3.put_object, Key=key, Body=body, **condition)["ETag"].strip('"')
        except _Missing:  # If-Match on an object that is gone
            raise Conflict(f"{self.name}/{key}: it is gone") from None

    def put_new(self, key: str, body: bytes) -> bool:
        try:
            self.put(key, body, if_absent=True)
        except Conflict:
            return False
        return True

    def listing(self, prefix: str) -> list[Listed]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        rows = self._call_plain(lambda: [row for page in pages for row in page.get("Contents", [])])
        return [Listed(row["Key"], row["ETag"].strip('"'), row["Size"], row["LastModified"]) for row in rows]

    def versions(self, prefix: str) -> list[Listed]:
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=prefix)
        rows = self._call_plain(lambda: [row for page in pages for row in page.get("Versions", [])])
        found = [
            Listed(row["Key"], row["ETag"].strip('"'), row["Size"], row["LastModified"], _version(row)) for row in rows
        ]
        # S3 lists the versions of a key newest first and times them to the second; the sort keeps equal times in order.
        found.reverse()
        found.sort(key=lambda row: row.modified)
        return found

    def folders(self, prefix: str) -> list[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix, Delimiter="/")
        rows = self._call_plain(lambda: [row for page in pages for row in page.get("CommonPrefixes", [])])
        return [row["Prefix"][len(prefix) :].rstrip("/") for row in rows]

    def delete(self, keys: Iterable[str]) -> None:
        doomed = list(keys)
        for start in range(0, len(doomed), 1000):
            batch = doomed[start : start + 1000]
            retrying(lambda batch=batch: self._call_plain(lambda: self._delete(batch)))  # type: ignore[misc]

    def _delete(self, keys: list[str]) -> None:
        """Delete some objects at once; raise an error as of one request if any of them stays.

        The request as a whole succeeds whatever becomes of its keys, and botocore tries none of them again.
        """
        from botocore.exceptions import ClientError

        doomed: Any = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        answer = self._s3.delete_objects(Bucket=self.name, Delete=doomed)
        if stay := answer.get("Errors", []):
            lasting = [one for one in stay if one.get("Code") not in _TRANSIENT]
            first = (lasting or stay)[0]
            text = f"{len(stay)} of {len(keys)} objects stay, {first.get('Key')} for one: {first.get('Message')}"
            error = {"Code": first.get("Code", "Unknown"), "Message": text}
            raise ClientError({"Error": error, "ResponseMetadata": {}}, "DeleteObjects")

    def _call(self, operation: Callable, **arguments: Any) -> Any:
        return self._call_plain(lambda: operation(Bucket=self.name, **arguments))

    def _call_read(self, body: Any) -> bytes:
        return self._call_plain(body.read)

    def _call_plain(self, operation: Callable) -> Any:
        """Run one request; say in our own terms what went wrong."""
        from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError

        try:
            return operation()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            status = error.response["ResponseMetadata"].get("HTTPStatusCode", 0)
            if code == "PreconditionFailed":
                raise Conflict(f"{self.name}: {error}") from error
            if code in ("NoSuchKey", "NoSuchVersion", "404"):
                raise _Missing from error
            if code == "NoSuchBucket":
                raise MadnessError(f"bucket {self.name} does not exist: provision the stage first") from error
            if status >= 500 or code in _TRANSIENT:
                raise Retryable(f"{self.name}: {error}") from error
            raise
        except (ConnectionError, HTTPClientError, IncompleteReadError) as error:
            raise Retryable(f"{self.name}: {error}") from error


class _Missing(Exception):
    """There is no such object."""


_TRANSIENT = frozenset(
    {
        "ConditionalRequestConflict",
        "InternalError",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "RequestTimeout",
        "RequestTimeTooSkewed",
    }
)


def _version(answer: Any) -> str | None:
    version = answer.get("VersionId")
    return version if version and version != "null" else None
