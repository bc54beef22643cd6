"""The Flask server for waitress and Zappa: `dashboard.wsgi:server`."""

from __future__ import annotations

import os

from dashboard.app import create_app
from dashboard.data import NOTE_VARIABLE, Tables, bucket_name, open_bucket
from dashboard.door import Door

_bucket = bucket_name(os.environ)
app = create_app(
    Tables(lambda: open_bucket(_bucket)),
    note=os.environ.get(NOTE_VARIABLE, ""),
    door=Door.from_environment(os.environ),
)
server = app.server
