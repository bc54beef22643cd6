"""Where torch computes: on a GPU if there is one that works, else on the CPU; the log says which."""

from __future__ import annotations

import logging

import torch

log = logging.getLogger("device")


def device_for(asked: str) -> str:
    """cuda if there is a GPU that works, unless cpu was asked for; else cpu.

    asked: auto, cpu or cuda. A GPU that was asked for and is not there is a warning and no error.
    """
    if asked != "cpu" and torch.cuda.is_available():
        try:
            torch.linalg.cholesky(torch.eye(2, dtype=torch.float64, device="cuda"))
        except (RuntimeError, AssertionError) as error:  # too old for this torch, or all of its memory taken
            log.warning("the GPU does not work (%s): computing on the CPU", error)
            return "cpu"
        log.info("computing on the GPU, %s", torch.cuda.get_device_name())
        return "cuda"
    if asked == "cuda":
        log.warning("a GPU was asked for and there is none: computing on the CPU")
    else:
        log.info("computing on the CPU")
    return "cpu"
