"""fakesnow as the Node driver needs it: results as JSON rows, one statement at a time, and the endpoints it lacks.

Prints the address it listens on, a free port of this machine, as its first line.
"""

import asyncio
import decimal
import importlib
import json
import logging
import re
import socket
import uuid
from base64 import b64decode

import duckdb
import pyarrow
import pyarrow.ipc
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

# The package has a function of the module's name.
fakesnow = importlib.import_module("fakesnow.server")

MASTER_TOKEN = "master-"
IN_PROGRESS = "333334"


def seconds(struct):
    whole = decimal.Decimal(struct["epoch"])
    return f"{whole + decimal.Decimal(struct['fraction']).scaleb(-9):.9f}"


# How a value is written in a row; what is not named here is written as it reads.
TEXTS = {
    "fixed": lambda value: f"{value:f}" if isinstance(value, decimal.Decimal) else str(int(value)),
    "real": repr,
    "boolean": lambda value: "1" if value else "0",
        "time": lambda value: f"{decimal.Decimal(value).scaleb(-9):.9f}",
    "timestamp_ntz": seconds,
    "timestamp_tz": lambda value: f"{seconds(value)} {value['timezone']}",
    "binary": lambda value: value.hex().upper(),
}


def as_text(value, kind):
    if value is None or (isinstance(value, dict) and value["epoch"] is None):
        return None
    return TEXTS.get(kind, str)(value)


def days(column):
    """Dates as days since 1970: there are more of them than Python has."""
    return column.cast(pyarrow.int32()) if pyarrow.types.is_date32(column.type) else column


def rows_of(data):
    """The rows of a result: as fakesnow writes them for DML, out of Arrow for everything else."""
    if "rowset" in data:
        return data["rowset"]
    if not data.get("rowsetBase64"):
        return []
    table = pyarrow.ipc.open_stream(b64decode(data["rowsetBase64"])).read_all()
    kinds = [column["type"] for column in data["rowtype"]]
    columns = [
        [as_text(value, kind) for value in days(column).to_pylist()]
        for kind, column in zip(kinds, table.columns, strict=True)
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def value_of(literal):
    if literal.startswith("'"):
        return literal[1:-1].replace("''", "'")
    return {"true": True, "false": False}.get(literal.lower(), literal)


def answered(sql, token):
    """The answer to a statement that says how a session or a warehouse is to be; None where it is another."""
    found = ANSWERED.fullmatch(sql.strip().rstrip(";"))
    if found is None:
        return None
    if found["begin"]:
        # It begins, and then cannot describe what it has done.
        fakesnow.sessions[token].cursor().execute("begin")
    for name, literal in SETTING.findall(found["set"] or ""):
        parameters[token][name.upper()] = value_of(literal)
    column = {"name": "status", "type": "text", "nullable": True, "length": 64, "scale": None, "precision": None}
    done = {"rowtype": [column], "rowset": [["Statement executed successfully."]], "statementTypeId": 0x4000}
    return {"success": True, "data": done}


def with_rows(answer, query_id, token=None, most=None):
    """An answer of fakesnow's as Snowflake gives it to a driver that has no Arrow."""
    data = answer["data"]
    if not answer["success"] or "stageInfo" in data:
        return {"code": None, "message": None, **answer, "data": {**(data or {}), "queryId": query_id}}
    rows = rows_of(data)[: int(most or 0) or None]
    settings = [{"name": name, "value": value} for name, value in parameters.get(token, {}).items()]
    more = {"parameters": settings, "rowset": rows, "total": len(rows), "returned": len(rows), "queryResultFormat": "json", "version": 1}
    kept = {name: value for name, value in data.items() if name != "rowsetBase64"}
    return {"code": None, "message": None, "success": True, "data": {**kept, **more, "queryId": query_id}}


class LastError(logging.Handler):
    """What fakesnow could not do: it answers 500 without saying, and logs it."""

    error = None

    def emit(self, record):
        if record.exc_info:
            self.error = record.exc_info[1]


class InPlace:
    """A statement on its way through fakesnow's sixty changes, which would copy it before each."""

    def __init__(self, expression):
        self.expression = expression

    def transform(self, change, **more):
        self.expression = self.expression.transform(change, copy=False, **more)
        return self


changed = fakesnow.FakeSnowflakeCursor._transform
fakesnow.FakeSnowflakeCursor._transform = lambda *of: changed(of[0], InPlace(of[1].copy()), of[2]).expression

# It notes comments and lengths of texts, of MERGE's own table, too, in a second database: a transaction that has
# written to one may not write to that as well.
notes = importlib.import_module("fakesnow.info_schema")
notes.insert_table_comment_sql = notes.insert_text_lengths_sql = lambda *_: "select 1"

# It warns of every word that DuckDB has no use for.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

last_error = LastError()
fakesnow.logger.handlers = [last_error]
fakesnow.logger.propagate = False
arrow_of = fakesnow.to_ipc
fakesnow.to_ipc = lambda table: arrow_of(table.combine_chunks())

FUNCTIONS = [
    # What some statements are put in other words to use (rewordings.ts).
    "create or replace macro lower_half_of_md5(x) as cast('0x' || substr(md5(x), 17) as ubigint)",
    # Which transaction a session is in; the adapter asks it after BEGIN and before COMMIT.
    "create or replace macro current_transaction() as cast(txid_current() as varchar)",
]

one_at_a_time = asyncio.Lock()
# Of each session: fakesnow has none, and the driver writes dates as these say.
parameters = {}
# What is answered here: fakesnow has neither session parameters nor warehouses.
ANSWERED = re.compile(r"(?P<begin>begin(?: transaction)?)|alter session set (?P<set>.*)|(?:create|alter|drop|use) (?:warehouse|resource monitor) .*|use (?:secondary )?roles? .*", re.I | re.S)
SETTING = re.compile(r"(\w+)\s*=\s*('(?:[^']|'')*'|[^\s,]+)")
statements = {}


def refusal(code, state, message):
    data = {"errorCode": code, "sqlState": state}
    return {"success": False, "code": code, "message": message, "data": data}


def failure():
    error, last_error.error = last_error.error, None
    if isinstance(error, duckdb.TransactionException) and "Conflict on" in str(error):
        # Where Snowflake has the second wait, DuckDB has it lose: as who has waited too long.
        return refusal("000625", "57014", f"Statement was aborted: {error}")
    return refusal("000603", "XX000", f"{type(error).__name__}: {error}")


async def run(request, body, query_id):
    token = fakesnow.to_token(request)
    async with one_at_a_time:
        if token in parameters and (answer := answered(body["sqlText"], token)):
            return with_rows(answer, query_id, token)
        try:
            response = await fakesnow.query_request(request)
        except Exception as error:  # what its parser throws before it looks
            text = str(error).replace("\x1b[4m", "").replace("\x1b[0m", "")
            return with_rows(refusal("001003", "42000", f"{type(error).__name__}: {text}"), query_id)
    answer = failure() if response.status_code == 500 else json.loads(response.body)
    return with_rows(answer, query_id, token, (body.get("parameters") or {}).get("ROWS_PER_RESULTSET"))


async def query(request: Request):
    request_id = request.query_params["requestId"]
    body = json.loads(await request.body())
    if request_id not in statements:
        query_id = str(uuid.uuid4())
        statements[request_id] = statements[query_id] = asyncio.create_task(run(request, body, query_id))
        statements[request_id].set_name(query_id)
    task = statements[request_id]
    if not body.get("asyncExec"):
        return JSONResponse(await asyncio.shield(task))
    query_id = task.get_name()
    data = {"queryId": query_id, "getResultUrl": f"/queries/{query_id}/result", "queryAbortsAfterSecs": 300}
    return JSONResponse({"success": True, "code": IN_PROGRESS, "message": None, "data": data})


async def result(request: Request):
    return JSONResponse(await asyncio.shield(statements[request.path_params["id"]]))


async def status(request: Request):
    task = statements.get(request.path_params["id"])
    if task is None:
        return JSONResponse({"success": True, "data": {"queries": []}})
    word = "RUNNING" if not task.done() else "SUCCESS" if task.result()["success"] else "FAILED_WITH_ERROR"
    return JSONResponse({"success": True, "data": {"queries": [{"id": request.path_params["id"], "status": word}]}})


async def login(request: Request):
    body = json.loads(await request.body())
    body["data"].setdefault("SESSION_PARAMETERS", {})
    request._body = json.dumps(body).encode()
    # Who uses a database and names no schema is in PUBLIC.
    if b"schemaName" not in request.scope["query_string"]:
        request.scope["query_string"] += b"&schemaName=PUBLIC"
    answer = json.loads((await fakesnow.login_request(request)).body)
    token = answer["data"]["token"]
    for function in FUNCTIONS:
        fakesnow.sessions[token]._duck_conn.execute(function)
    parameters[token] = dict(body["data"]["SESSION_PARAMETERS"])
    more = {"masterToken": MASTER_TOKEN + token, "sessionId": len(fakesnow.sessions)}
    more |= {"validityInSeconds": 3600, "masterValidityInSeconds": 14400, "serverVersion": "fakesnow"}
    return JSONResponse({"code": None, "message": None, **answer, "data": {**answer["data"], **more}})


async def new_token(request: Request):
    token = fakesnow.to_token(request).removeprefix(MASTER_TOKEN)
    data = {"sessionToken": token, "masterToken": MASTER_TOKEN + token, "validityInSecondsST": 3600}
    return JSONResponse({"success": True, "code": None, "message": None, "data": data})


async def session(request: Request):
    connection = fakesnow.sessions.get(fakesnow.to_token(request))
    response = await fakesnow.session(request)
    if connection is not None and request.query_params.get("delete"):
        connection.close()
    return response


async def fine(_: Request):
    return JSONResponse({"success": True, "code": None, "message": None, "data": None})


app = Starlette(
    routes=[
        Route("/session/v1/login-request", login, methods=["POST"]),
        Route("/session/token-request", new_token, methods=["POST"]),
        Route("/session/heartbeat", fine, methods=["POST"]),
        Route("/session", session, methods=["POST"]),
        Route("/queries/v1/query-request", query, methods=["POST"]),
        Route("/queries/v1/abort-request", fine, methods=["POST"]),
        Route("/queries/{id}/result", result, methods=["GET"]),
        Route("/monitoring/queries/{id}", status, methods=["GET"]),
        Route("/telemetry/send", fine, methods=["POST"]),
    ]
)

listener = socket.create_server(("127.0.0.1", 0))
print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
