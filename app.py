"""The Chalice app: everything it does is in `pipeline_app`."""

from chalice import Chalice

from operate.stage import Stage, keep_to
from pipeline_app.handlers import handlers

keep_to(Stage.from_environment())
app = Chalice(app_name="madness")
app.register_blueprint(handlers)
