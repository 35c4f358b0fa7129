"""Parses statements, a JSON list of texts on stdin, as Snowflake; prints what is wrong with each, or null."""

import json
import logging
import sys

import sqlglot
from sqlglot import exp

logging.disable(logging.CRITICAL)


def wrong(sql):
    try:
        parsed = [each for each in sqlglot.parse(sql, read="snowflake") if each is not None]
    except sqlglot.errors.SqlglotError as error:
        return str(error).replace("\x1b[4m", "").replace("\x1b[0m", "")
    if len(parsed) != 1:
        return f"{len(parsed)} statements"
    # What it has no grammar for it takes as it is.
    return "not understood" if isinstance(parsed[0], exp.Command) else None


json.dump([wrong(sql) for sql in json.load(sys.stdin)], sys.stdout)
