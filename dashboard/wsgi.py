"""The Flask server for waitress and Zappa: `dashboard.wsgi:server`."""

from __future__ import annotations

import os

from dashboard.app import create_app
from dashboard.data import Tables, open_bucket
from dashboard.settings import Settings

_settings = Settings.from_environment(os.environ)
app = create_app(Tables(lambda: open_bucket(_settings.bucket)))
server = app.server
