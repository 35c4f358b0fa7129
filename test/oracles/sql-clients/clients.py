"""Asks the SQL API through psycopg 3, SQLAlchemy 2 and asyncpg. One line of JSON a check."""

import asyncio
import datetime
import decimal
import io
import json
import sys

import asyncpg
import psycopg
import sqlalchemy
from sqlalchemy import func, select, text

host, port, user, password = "127.0.0.1", int(sys.argv[1]), "ana", sys.argv[2]
conninfo = f"host={host} port={port} user={user} password='{password}' dbname=shopwave sslmode=require"
url = f"{user}:{password}@{host}:{port}/shopwave"
GMV = "select country, measure(gmv) as gmv from finance group by 1 order by 1"
EXPECTED = [("DE", decimal.Decimal("201.10")), ("FR", decimal.Decimal("100.10"))]
failures = 0


def check(name):
    def run(work):
        global failures
        try:
            result = work()
            if asyncio.iscoroutine(result):
                asyncio.run(asyncio.wait_for(result, 60))
            print(json.dumps({"check": name, "ok": True}), flush=True)
        except Exception as error:  # noqa: BLE001 - every fault of a client is a finding
            failures += 1
            print(json.dumps({"check": name, "ok": False, "why": f"{type(error).__name__}: {error}"}), flush=True)

    return run


def same(got, wanted):
    if got != wanted:
        raise AssertionError(f"{got!r} instead of {wanted!r}")


@check("psycopg: text and binary results")
def _():
    with psycopg.connect(conninfo) as connection:
        for binary in (False, True):
            same(connection.execute(GMV, binary=binary).fetchall(), EXPECTED)
            row = connection.execute(
                "select max(event_date), count(distinct country), true, 1.5::float8, null::text from finance", binary=binary
            ).fetchone()
            same((type(row[0]), *row[1:]), (datetime.datetime, 2, True, 1.5, None))


@check("psycopg: parameters, text and binary")
def _():
    with psycopg.connect(conninfo) as connection:
        for kind in ("%s", "%b", "%t"):
            asked = f"select measure(gmv) from finance where country = {kind} and event_date >= {kind}"
            same(connection.execute(asked, ("DE", datetime.date(2020, 1, 1))).fetchone(), (decimal.Decimal("201.10"),))
        same(connection.execute("select %s::int + 1, %s::text[]", (41, ["a", None])).fetchone(), (42, ["a", None]))


@check("psycopg: prepared statements")
def _():
    with psycopg.connect(conninfo) as connection:
        for country, gmv in EXPECTED * 4:
            asked = connection.execute("select measure(gmv) from finance where country = %s", (country,), prepare=True)
            same(asked.fetchone(), (gmv,))
        same(connection.execute("select count(*) from pg_prepared_statements").fetchone() is not None, True)


@check("psycopg: server-side cursors")
def _():
    with psycopg.connect(conninfo) as connection:
        with connection.cursor(name="c1") as cursor:
            cursor.execute("select event_date, country, gmv from finance order by event_date")
            first = cursor.fetchmany(2)
            rest = cursor.fetchall()
        same(len(first), 2)
        with connection.cursor(name="c2", scrollable=True, withhold=True) as cursor:
            cursor.execute("select event_date, country, gmv from finance order by event_date")
            cursor.scroll(2)
            same(cursor.fetchall(), rest)
            cursor.scroll(0, mode="absolute")
            same(cursor.fetchmany(2), first)


@check("psycopg: COPY out as text, csv and binary")
def _():
    with psycopg.connect(conninfo) as connection:
        out = io.BytesIO()
        with connection.cursor().copy(f"copy ({GMV}) to stdout (format csv, header)") as copy:
            for data in copy:
                out.write(data)
        same(out.getvalue().decode(), "country,gmv\nDE,201.10\nFR,100.10\n")
        with connection.cursor().copy(f"copy ({GMV}) to stdout (format binary)") as copy:
            copy.set_types(["text", "numeric"])
            same(list(copy.rows()), EXPECTED)
        with connection.cursor().copy(f"copy ({GMV}) to stdout") as copy:
            same([row[0] for row in copy.rows()], ["DE", "FR"])


@check("psycopg: pipeline, errors and transactions")
def _():
    with psycopg.connect(conninfo) as connection:
        with connection.pipeline():
            cursors = [connection.execute(GMV) for _ in range(5)]
        same([cursor.fetchall() for cursor in cursors], [EXPECTED] * 5)
        connection.commit()
        try:
            connection.execute("select nope from finance")
            raise AssertionError("no error")
        except psycopg.errors.UndefinedColumn as error:
            same(error.diag.statement_position, "8")
        same(connection.info.transaction_status.name, "INERROR")
        connection.rollback()
        with connection.transaction():
            same(connection.execute(GMV).fetchall(), EXPECTED)
        try:
            connection.execute("create table t (a int)")
            raise AssertionError("no error")
        except psycopg.errors.ReadOnlySqlTransaction:
            connection.rollback()


@check("psycopg: asynchronous, cancelled")
async def _():
    async with await psycopg.AsyncConnection.connect(conninfo) as connection:
        same(await (await connection.execute(GMV)).fetchall(), EXPECTED)
        notices = []
        connection.add_notice_handler(lambda told: notices.append(told.message_primary))
        await connection.execute(GMV)
        same("publication" in notices[0], True)
        await connection.cancel_safe()
        same(await (await connection.execute("select 1")).fetchone(), (1,))


engine = sqlalchemy.create_engine(f"postgresql+psycopg://{url}?sslmode=require")


@check("SQLAlchemy: reflection of all views with types and comments")
def _():
    inspector = sqlalchemy.inspect(engine)
    views = inspector.get_view_names()
    same("finance" in views and "operations" in views, True)
    same((inspector.get_table_names(), inspector.default_schema_name), ([], "public"))
    same(set(inspector.get_schema_names()) >= {"public", "information_schema"}, True)
    for view in views:
        columns = inspector.get_columns(view)
        same(all(column["comment"] for column in columns), True)
        same(bool(inspector.get_table_comment(view)["text"]), True)
        same((inspector.get_pk_constraint(view)["constrained_columns"], inspector.get_foreign_keys(view)), ([], []))
        same((inspector.get_indexes(view), inspector.get_unique_constraints(view)), ([], []))
        same(inspector.has_table(view), True)
        inspector.get_view_definition(view)
    kinds = {column["name"]: type(column["type"]).__name__ for column in inspector.get_columns("finance")}
    same([kinds[name] for name in ("country", "event_date", "gmv")], ["TEXT", "TIMESTAMP", "NUMERIC"])
    metadata = sqlalchemy.MetaData()
    metadata.reflect(engine, views=True)
    same(set(metadata.tables), set(views))


@check("SQLAlchemy: queries over reflected views")
def _():
    finance = sqlalchemy.Table("finance", sqlalchemy.MetaData(), autoload_with=engine)
    asked = (
        select(finance.c.country, func.sum(finance.c.gmv).label("gmv"))
        .where(finance.c.event_date >= datetime.datetime(2020, 1, 1), finance.c.country.in_(["DE", "FR"]))
        .group_by(finance.c.country)
        .having(func.sum(finance.c.gmv) > 0)
        .order_by(finance.c.country)
        .limit(10)
    )
    with engine.connect() as connection:
        same([tuple(row) for row in connection.execute(asked)], EXPECTED)
        inner = asked.subquery("virtual_table")
        same(connection.execute(select(func.count()).select_from(inner)).scalar(), 2)


@check("SQLAlchemy: the shapes of Superset")
def _():
    with engine.connect() as connection:
        empty = connection.execute(text("SELECT * FROM finance LIMIT 0"))
        same("gmv" in empty.keys() and empty.fetchall() == [], True)
        series = text(
            "SELECT DATE_TRUNC('month', event_date) AS __timestamp, country AS country, sum(gmv) AS \"SUM(gmv)\" "
            "FROM public.finance JOIN (SELECT country AS country__, sum(gmv) AS mme_inner__ FROM public.finance "
            "GROUP BY country ORDER BY mme_inner__ DESC LIMIT 1) AS series_limit ON country = country__ "
            "WHERE event_date >= TO_TIMESTAMP('2020-01-01 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US') "
            "GROUP BY DATE_TRUNC('month', event_date), country ORDER BY \"SUM(gmv)\" DESC LIMIT 50000"
        )
        rows = connection.execute(series).fetchall()
        same(({row[1] for row in rows}, sum(row[2] for row in rows)), ({"DE"}, decimal.Decimal("201.10")))
        same(bool(connection.execute(text("EXPLAIN " + GMV)).fetchall()), True)


@check("asyncpg: types, prepared statements, binary parameters")
async def _():
    connection = await asyncpg.connect(f"postgresql://{url}", ssl="require")
    try:
        same([tuple(row) for row in await connection.fetch(GMV)], EXPECTED)
        prepared = await connection.prepare(
            "select measure(gmv) from finance where country = any($1::text[]) and event_date between $2 and $3 and (order_id is null or order_id > $4)"
        )
        span = (datetime.datetime(2020, 1, 1), datetime.datetime(2030, 1, 1))
        same(await prepared.fetchval(["DE"], *span, decimal.Decimal(-5)), decimal.Decimal("201.10"))
        same([each.type.name for each in prepared.get_attributes()], ["numeric"])
        same(await connection.fetchval("select $1::int[]", [1, None, 3]), [1, None, 3])
        row = await connection.fetchrow("select row(1, 'x') as r, array['a'] as a, '{\"a\": 1}'::jsonb as j")
        same((tuple(row["r"]), row["a"], row["j"]), ((1, "x"), ["a"], '{"a": 1}'))
    finally:
        await connection.close()


@check("asyncpg: a cursor in a transaction")
async def _():
    connection = await asyncpg.connect(f"postgresql://{url}", ssl="require")
    try:
        async with connection.transaction(readonly=True, isolation="repeatable_read"):
            rows = [tuple(row) async for row in connection.cursor(GMV, prefetch=1)]
            same(rows, EXPECTED)
            cursor = await connection.cursor(GMV)
            same([tuple(row) for row in await cursor.fetch(1)], EXPECTED[:1])
            same(tuple(await cursor.fetchrow()), EXPECTED[1])
            same(await cursor.fetch(5), [])
    finally:
        await connection.close()


@check("asyncpg: introspection of types, a pool, COPY, a timeout")
async def _():
    async with asyncpg.create_pool(f"postgresql://{url}", ssl="require", min_size=2, max_size=3) as pool:
        same([tuple(row) for row in await pool.fetch(GMV)], EXPECTED)
        await asyncio.gather(*[pool.fetch(GMV) for _ in range(20)])
        async with pool.acquire() as connection:
            await connection.set_type_codec("json", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
            same(await connection.fetchval("select '[1]'::json"), [1])
            kind = await connection.fetchval("select 'finance'::regclass::text")
            same(kind, "finance")
            out = io.BytesIO()
            await connection.copy_from_query(GMV, output=out, format="csv")
            same(out.getvalue(), b"DE,201.10\nFR,100.10\n")


sys.exit(1 if failures else 0)
