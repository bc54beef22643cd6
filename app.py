"""The Chalice app: everything it does is in `pipeline_app`."""

from chalice import Chalice

from pipeline_app.handlers import handlers

app = Chalice(app_name="madness")
app.register_blueprint(handlers)
