"""Airflow's API server, which its tasks report to."""

import subprocess
import sys
from contextlib import contextmanager
from os import environ
from urllib.error import URLError
from urllib.request import urlopen


@contextmanager
def api_server():
    """Started on the port of SHOPWAVE_AIRFLOW_PORT; gives a function that says whether it answers."""
    port = int(environ["SHOPWAVE_AIRFLOW_PORT"])
    command = [sys.executable, "-m", "airflow", "api-server", "--apps", "execution", "--workers", "1"]
    server = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port)], stdout=subprocess.DEVNULL)

    def answers():
        if server.poll() is not None:
            raise SystemExit(f"Airflow's API server ended with {server.returncode}")
        try:
            with urlopen(f"http://127.0.0.1:{port}/execution/health", timeout=120):
                return True
        except URLError:
            return False

    try:
        yield answers
    finally:
        server.terminate()
        server.wait(20)
