"""The dashboard: a Dash app that reads nothing but the dashboard bucket.

::

    bucket -> data (manifest, tables, cache) -> pages (one module each) -> app (shell, address, callbacks) -> wsgi
"""
