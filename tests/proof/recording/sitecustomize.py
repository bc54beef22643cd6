"""Write down every AWS call of a process, whoever makes it: Chalice, Zappa, the command line, a function's package.

Python imports this file by itself where its folder is on PYTHONPATH.

RECORD_AWS_CALLS        a file; one JSON line a call is added to it: service, operation, params, region. Looked at with
                        every call, so that a process may turn to another file
RECORD_AWS_ANSWERED_BY  URL of an emulator that answers in place of AWS. Unlike AWS_ENDPOINT_URL the process does not
                        learn of it: it addresses AWS, so that what it checks first and what it signs is what AWS gets

Bodies are replaced by their length: {"bytes": 1024}.
"""

import importlib.util
import json
import os
import sys
from datetime import date
from importlib.abc import MetaPathFinder
from urllib.parse import urlsplit, urlunsplit


class _AfterImport(MetaPathFinder):
    """Change modules of botocore as they are imported; a process that does not use it never pays for it."""

    def __init__(self, changes):
        self._changes = changes

    def find_spec(self, fullname, path=None, target=None):
        change = self._changes.pop(fullname, None)
        if change is None:
            return None
        spec = importlib.util.find_spec(fullname)
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            change(module)

        spec.loader.exec_module = exec_module
        return spec


def _record(client_module):
    make = client_module.BaseClient._make_api_call

    def record(self, operation_name, api_params):
        path = os.environ.get("RECORD_AWS_CALLS")
        if not path:
            return make(self, operation_name, api_params)
        meta = self.meta
        call = {"service": meta.service_model.service_name, "operation": operation_name,
                "params": plain(api_params), "region": meta.region_name}  # fmt: skip
        line = json.dumps(call, ensure_ascii=False) + "\n"
        # One write of one line, so that threads and processes may share the file.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
        return make(self, operation_name, api_params)

    client_module.BaseClient._make_api_call = record


def plain(value):
    """Parameters as JSON: bodies by their length, times as text."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": len(value)}
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return {"bytes": _length(value)}


def _length(stream):
    if hasattr(stream, "__len__"):
        return len(stream)
    at = stream.tell()
    stream.seek(0, os.SEEK_END)
    end = stream.tell()
    stream.seek(at)
    return end - at


def _answer(session_module):
    send = session_module.URLLib3Session.send
    emulator = urlsplit(os.environ["RECORD_AWS_ANSWERED_BY"])

    def divert(self, request):
        asked = urlsplit(request.url)
        if asked.netloc != emulator.netloc:
            bucket, at, _ = asked.hostname.partition(".s3.")
            path = f"/{bucket}{asked.path}" if at else asked.path
            request.url = urlunsplit((emulator.scheme, emulator.netloc, path, asked.query, ""))
        return send(self, request)

    session_module.URLLib3Session.send = divert


_changes = {"botocore.client": _record}
if os.environ.get("RECORD_AWS_ANSWERED_BY"):
    _changes["botocore.httpsession"] = _answer
sys.meta_path.insert(0, _AfterImport(_changes))
