"""What an uploaded file may look like, and how it is read: bytes in, typed rows out or a Rejected with a report."""

from hoops.contract.columns import DATASETS
from hoops.contract.names import EventsName, SourceName, WholeName, folder_of, parse, refuse_ahead
from hoops.contract.payload import MAX_BYTES, refuse_too_large
from hoops.contract.reader import Accepted, read
from hoops.contract.report import Problem, Rejected, Report

__all__ = [
    "DATASETS",
    "MAX_BYTES",
    "Accepted",
    "EventsName",
    "Problem",
    "Rejected",
    "Report",
    "SourceName",
    "WholeName",
    "folder_of",
    "parse",
    "read",
    "refuse_ahead",
    "refuse_too_large",
]
