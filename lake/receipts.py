"""Receipts say which versions of which uploaded files are done; rejections tell people why a file was not taken.

receipts/results/MRegularSeasonCompactResults.csv/<token>.json   in the models bucket, written last
rejected/results/MRegularSeasonCompactResults.csv.json           in the source bucket, beside the people who upload
faults/results/MRegularSeasonCompactResults.csv/<token>/<program>   in the models bucket: this program failed on it
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from hoops import contract
from hoops.contract import Rejected
from hoops.contract.report import Report
from lake.store import Store

ACCEPTED, REJECTED = "accepted", "rejected"
LONGEST = 800  # bytes; S3 takes keys of 1,024, and what is put around a source key comes to less than a hundred


@dataclass(frozen=True)
class Receipt:
    """version: token of the object version. outcome: accepted or rejected. rows: of the file. days: it touched.

    fault: the program that failed on the file where the file is not to blame, else empty: another may try again.
    """

    key: str
    version: str
    outcome: str
    at: str
    rows: int = 0
    days: int = 0
    warnings: tuple[str, ...] = ()
    fault: str = ""


class Receipts:
    def __init__(self, models: Store, source: Store) -> None:
        self._models, self._source = models, source

    def get(self, key: str, version: str) -> Receipt | None:
        stored = self._models.get(_receipt(key, version))
        if stored is None:
            return None
        fields = json.loads(stored.body)
        return Receipt(**{**fields, "warnings": tuple(fields["warnings"])})

    def put(self, receipt: Receipt) -> None:
        """File a receipt; one of a fault is also listed among the `faults`, of which the receipt is the last word."""
        fields = asdict(receipt)
        if receipt.fault:
            self._models.put(_fault(receipt.key, receipt.version, receipt.fault), b"")
        else:
            del fields["fault"]
        self._models.put(_receipt(receipt.key, receipt.version), json.dumps(fields, indent=1).encode())

    def faults(self) -> dict[tuple[str, str], set[str]]:
        """Programs that failed on a (key as `filed`, version) that no program has taken or rejected since."""
        found: dict[tuple[str, str], set[str]] = {}
        for row in self._models.listing("faults/"):
            key, version, program = row.key.removeprefix("faults/").rsplit("/", 2)
            found.setdefault((key, version), set()).add(program)
        return found

    def clear_faults(self, key: str, version: str) -> None:
        """A program has come to an answer on which others had failed."""
        self._models.delete(row.key for row in self._models.listing(_fault(key, version, "")))

    def of(self, key: str) -> list[Receipt]:
        """The receipts of every version of a key."""
        rows = self._models.listing(f"receipts/{filed(key)}/")
        found = (self.get(key, row.key.rsplit("/", 1)[1].removesuffix(".json")) for row in rows)
        return [receipt for receipt in found if receipt and receipt.key == key]

    def done(self) -> set[tuple[str, str]]:
        """(key as `filed`, version) of every object that has a receipt."""
        rows = self._models.listing("receipts/")
        return {tuple(row.key.removeprefix("receipts/").removesuffix(".json").rsplit("/", 1)) for row in rows}  # type: ignore[misc]

    def taken_as(self, version: str) -> list[str]:
        """Source keys of the files that speak as of a version: by the timestamp in their name, else by their upload."""
        found = set()
        for key, uploaded in self.done():
            try:
                name = contract.parse(key)
            except Rejected:
                continue  # a file that was not taken, or whose name was too long to be kept whole
            # Behind a dot stands which of several uploads within that second it was.
            if version.partition(".")[0] == (name.timestamp or uploaded.partition("-")[0]):
                found.add(key)
        return sorted(found)

    def reject(self, key: str, report: Report) -> None:
        self._source.put(rejection_key(key), json.dumps(report.to_dict(), indent=1).encode())

    def clear_rejection(self, key: str) -> None:
        """A good file of the same name has replaced the bad one: its report no longer holds."""
        self._source.delete([rejection_key(key)])

    def rejection(self, key: str) -> Report | None:
        stored = self._source.get(rejection_key(key))
        return Report.from_dict(json.loads(stored.body)) if stored else None


def token(modified: datetime, etag: str) -> str:
    """Names one version of an object by what a listing tells of it, with or without bucket versioning.

    >>> token(datetime(2024, 3, 15, 6, 0, 1), "d41d8c")
    '20240315T060001Z-d41d8c'
    """
    return f"{modified:%Y%m%dT%H%M%SZ}-{etag}"


def filed(key: str) -> str:
    """The name under which receipts and reports of a source key lie: the key itself, unless it leaves no room for them.

    >>> filed("results/MRegularSeasonCompactResults.csv")
    'results/MRegularSeasonCompactResults.csv'
    """
    raw = key.encode()
    if len(raw) <= LONGEST:
        return key
    return f"{raw[: LONGEST - 33].decode(errors='ignore')}-{hashlib.sha256(raw).hexdigest()[:32]}"


def rejection_key(key: str) -> str:
    """Where the report of a rejected source object lies, in the source bucket."""
    return f"rejected/{filed(key)}.json"


def _fault(key: str, version: str, program: str) -> str:
    return f"faults/{filed(key)}/{version}/{program}"


def _receipt(key: str, version: str) -> str:
    return f"receipts/{filed(key)}/{version}.json"
