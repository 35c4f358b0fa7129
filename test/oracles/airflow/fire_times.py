"""The next runs by Airflow's timetables, at a time that is told: the counterpart of schedule-cases.ts."""

from datetime import timedelta, timezone
from unittest.mock import patch

from airflow.timetables.base import TimeRestriction
from airflow.timetables.events import EventsTimetable
from airflow.timetables.interval import CronDataIntervalTimetable, DeltaDataIntervalTimetable
from airflow.timetables.simple import OnceTimetable
from airflow.timetables.trigger import (
    CronTriggerTimetable,
    DeltaTriggerTimetable,
    MultipleCronTriggerTimetable,
)
from pendulum import parse

RUNS = 20


def timetable_of(case):
    zone, every = case["timezone"], timedelta(seconds=case["every_seconds"])
    interval = timedelta(seconds=case["interval_seconds"])
    expressions = case["expressions"]
    kind = case["kind"]
    if kind == "cron" and len(expressions) > 1:
        return MultipleCronTriggerTimetable(*expressions, timezone=zone, interval=interval)
    if kind == "cron":
        return CronTriggerTimetable(expressions[0], timezone=zone, interval=interval)
    if kind == "cron_interval":
        return CronDataIntervalTimetable(expressions[0], zone)
    if kind == "delta":
        return DeltaTriggerTimetable(every, interval=interval)
    if kind == "delta_interval":
        return DeltaDataIntervalTimetable(every)
    if kind == "once":
        return OnceTimetable()
    return EventsTimetable(event_dates=[parse(each) for each in case["instants"]])


def instant(text):
    return None if text is None else parse(text)


def iso(at):
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def fire_times(case):
    timetable = timetable_of(case)
    restriction = TimeRestriction(instant(case["start_date"]), instant(case["end_date"]), case["catchup"])

    def now():
        return parse(case["now"])

    found, last = [], None
    with (
        patch("airflow.timetables.interval.utcnow", now),
        patch("airflow.timetables.trigger.utcnow", now),
        patch("airflow.timetables.simple.timezone.utcnow", now),
        patch("airflow.timetables.events.timezone.utcnow", now),
    ):
        while len(found) < RUNS:
            info = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
            if info is None:
                break
            last = info.data_interval
            found.append(" ".join(map(iso, (last.start, last.end, info.run_after))))
    return found
