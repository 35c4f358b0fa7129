"""moto's services on a free port, S3 with conditional writes one at a time.

moto looks whether a key exists and writes it in two steps, with threads in between: of three writers that must not
replace each other it can let all three win. S3 does it in one step.
"""

from threading import Lock

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

turn = Lock()
moto = DomainDispatcherApplication(create_backend_app)


def app(environ, start_response):
    if environ.get("HTTP_IF_NONE_MATCH") is None:
        return moto(environ, start_response)
    with turn:
        return moto(environ, start_response)


run_simple("127.0.0.1", 0, app, threaded=True)
