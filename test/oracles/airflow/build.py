"""Builds the DAG of a scenario for Airflow: the counterpart of build-dag.ts. A DAG file is `dag = build(<id>)`."""

import json
import os
import time
from datetime import timedelta
from pathlib import Path

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.latest_only import LatestOnlyOperator
from airflow.providers.standard.operators.python import (
    BranchPythonOperator,
    PythonOperator,
    ShortCircuitOperator,
    get_current_context,
)
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.sdk import DAG, Asset, AssetAll, AssetAny, TaskGroup, task, task_group
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from airflow.timetables.trigger import CronTriggerTimetable
from pendulum import parse

WORK = Path(os.environ["SHOPWAVE_AIRFLOW_FOLDER"])


def scenarios():
    return json.loads((WORK / "scenarios.json").read_text())


def do(deed):
    if deed == "fail":
        raise RuntimeError("it is told to fail")
    if deed == "fail_for_good":
        raise AirflowFailException("it is told to fail for good")
    if deed == "skip":
        raise AirflowSkipException("it is told to skip")


def act(does, x=None, y=None, pulled=None):
    """Does what a task is told; the names of the arguments are those of mapped tasks."""
    context = get_current_context()
    ti = context["ti"]
    if isinstance(does, str):
        if does == "return_mapped":
            return x if y is None else [x, y]
        return do(x if does == "as_told" else does)
    [(verb, how)] = does.items()
    if verb == "return":
        return how
    if verb == "pull":
        return pulled if pulled is None or isinstance(pulled, (str, int)) else list(pulled)
    if verb == "fail_first":
        return do("fail" if ti.try_number <= how else "succeed")
    if verb == "sleep":
        return time.sleep(how)
    if verb == "on_date":
        return do(how.get(context["logical_date"].strftime("%Y-%m-%d"), "succeed"))
    raise ValueError(f"no behaviour {verb}")


def poke(sense):
    """Counts its pokes in a file: a sensor that comes back has no memory."""
    ti = get_current_context()["ti"]
    file = WORK / "pokes" / f"{ti.dag_id} {ti.run_id} {ti.task_id} {ti.map_index}"
    with file.open("a") as out:
        out.write("x")
    if sense == "fail":
        raise RuntimeError("it is told to fail")
    return sense != "never" and file.stat().st_size >= sense


def make(task_id, spec, made, values=None):
    does = spec["does"]
    common = {
        "task_id": task_id,
        "trigger_rule": spec["rule"],
        "retries": spec["retries"],
        "retry_delay": timedelta(0),
        "depends_on_past": spec["depends_on_past"],
        "wait_for_downstream": spec["wait_for_downstream"],
        "pool_slots": spec["pool_slots"],
        "priority_weight": spec["priority_weight"],
    }
    if spec["outlets"]:
        common["outlets"] = [Asset(name) for name in spec["outlets"]]
    if "pool" in spec:
        common["pool"] = spec["pool"]
    if "max_active_tis_per_dag" in spec:
        common["max_active_tis_per_dag"] = spec["max_active_tis_per_dag"]
    if "execution_timeout" in spec:
        common["execution_timeout"] = timedelta(seconds=spec["execution_timeout"])
    if "over" in spec:
        over = {k: v if isinstance(v, list) else made(v).output for k, v in spec["over"].items()}
        return task(act).override(**common).partial(does=does).expand(**over).operator
    if "over_kwargs" in spec:
        of = spec["over_kwargs"]
        kwargs = of if isinstance(of, list) else made(of).output
        return task(act).override(**common).partial(does=does).expand_kwargs(kwargs).operator
    if does == "empty":
        return EmptyOperator(**common)
    if does == "latest_only":
        return LatestOnlyOperator(**common)
    if isinstance(does, dict) and "choose" in does:
        chosen = lambda: [made(each).task_id for each in does["choose"]]  # noqa: E731
        return BranchPythonOperator(python_callable=chosen, **common)
    if isinstance(does, dict) and "condition" in does:
        ignore = does["ignore_downstream_trigger_rules"]
        return ShortCircuitOperator(
            python_callable=lambda: does["condition"], ignore_downstream_trigger_rules=ignore, **common
        )
    if isinstance(does, dict) and "sense" in does:
        return PythonSensor(
            python_callable=poke,
            op_kwargs={"sense": does["sense"]},
            mode="reschedule",
            # Longer than a loop of the scheduler: a result that it reads after the next poke was queued fails the task.
            poke_interval=8,
            timeout=does["timeout"],
            soft_fail=does["soft_fail"],
            **common,
        )
    pulled = {"pulled": made(does["pull"]).output} if isinstance(does, dict) and "pull" in does else {}
    told = {"does": does, **pulled, **(values or {})}
    return PythonOperator(python_callable=act, op_kwargs=told, **common)


def on_assets(needed):
    if needed is None:
        return None
    [(how, names)] = needed.items()
    return {"all": AssetAll, "any": AssetAny}[how](*[Asset(name) for name in names])


def build(scenario_id):
    scenario = scenarios()[scenario_id]
    settings = scenario["dag"]
    options = {
        key: settings[key] for key in ("catchup", "max_active_runs", "max_active_tasks", "fail_fast")
    }
    for key in ("start_date", "end_date"):
        if key in settings:
            options[key] = parse(settings[key])
    if "dagrun_timeout" in settings:
        options["dagrun_timeout"] = timedelta(seconds=settings["dagrun_timeout"])
    schedule = settings.get("schedule")
    options["schedule"] = CronTriggerTimetable(schedule, timezone="UTC") if schedule else on_assets(settings.get("assets"))
    specs = scenario["tasks"]
    with DAG(dag_id=scenario_id, **options) as dag:
        group_specs = scenario["groups"]
        groups = {name: TaskGroup(group_id=name) for name, spec in group_specs.items() if "over" not in spec}
        nodes = {}

        def made(name, values=None):
            if name not in nodes:
                spec = specs[name]
                if values is not None:
                    nodes[name] = make(name, spec, lambda other: made(other, values), values)
                elif "group" in spec:
                    with groups[spec["group"]]:
                        nodes[name] = make(name, spec, made)
                else:
                    nodes[name] = make(name, spec, made)
            return nodes[name]

        def mapped_group(name, over):
            @task_group(group_id=name)
            def declare(**values):
                for member, spec in specs.items():
                    if spec.get("group") == name:
                        made(member, values)

            lists = {k: v if isinstance(v, list) else made(v).output for k, v in over.items()}
            return declare.expand(**lists)

        for name, spec in group_specs.items():
            if "over" in spec:
                groups[name] = mapped_group(name, spec["over"])
        for name in specs:
            made(name)
        for name, spec in specs.items():
            if spec["setup"]:
                nodes[name].as_setup()
            if spec["teardown"]:
                nodes[name].as_teardown(on_failure_fail_dagrun=spec["on_failure_fail_dagrun"])
        for name, spec in specs.items():
            for each in spec["after"]:
                nodes[name].set_upstream(groups.get(each) or nodes[each])
        for name, spec in scenario["groups"].items():
            for each in spec["after"]:
                groups[name].set_upstream(groups.get(each) or nodes[each])
    return dag
