"""Started in the cell by `python -I -S`: Lambda's search path, then AWS's own runtime client."""

import os
import sys

# In Lambda's order: the package, the layer, Python's own, the runtime's boto3.
sys.path[:0] = ["/var/task", "/opt/python"]
sys.path.append("/var/runtime")
os.chdir("/var/task")
if "RECORD_AWS_CALLS" in os.environ:
    sys.path.append("/var/recording")
    import sitecustomize  # noqa: F401

from awslambdaric.__main__ import main  # noqa: E402

main(sys.argv)
