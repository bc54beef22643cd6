"""The environment of the local stack: what the product needs of a person's shell, and nothing else.

A profile that names nothing, a proxy, a setting that MiniStack happens to read (SERVICES, USE_SSL, ...) mean the rest
of the machine. The background processes and what they start get `environment()`, AWS clients of this process are made
`within` it, and loopback is asked without any proxy. Stages on AWS get the person's environment as it is.
"""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

# Why each: programs that Chalice and MiniStack start; home folder and room for temporary files; how text is encoded;
# libraries that the interpreter itself may have been started with.
_PASSED = ("PATH", "HOME", "TMPDIR", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_PASSED_FAMILIES = ("LC_",)
# As everywhere: equal inputs give equal bytes on any number of cores.
_OURS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Haswell"}
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def environment(shell: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a process of the local stack gets to see of a shell's environment, this process's by default.

    >>> environment({"HOME": "/home/ada", "AWS_PROFILE": "work", "SERVICES": "s3"})["HOME"]
    '/home/ada'
    >>> "AWS_PROFILE" in environment({"AWS_PROFILE": "work"})
    False
    """
    shell = os.environ if shell is None else shell
    return _OURS | {
        name: value for name, value in shell.items() if name in _PASSED or name.startswith(_PASSED_FAMILIES)
    }


@contextmanager
def within(variables: Mapping[str, str]) -> Iterator[None]:
    """Run with exactly these variables; afterwards everything is as it was.

    boto3 reads dozens of variables and two files, when a session and its first clients are made: none of them can be
    left out one by one.
    """
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def ask(url: str, timeout: float) -> Any:
    """Open a page of a server on this machine, past any proxy; a context manager, as `urllib.request.urlopen` gives."""
    return _DIRECT.open(url, timeout=timeout)
