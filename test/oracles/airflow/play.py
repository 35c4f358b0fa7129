"""
Plays scenarios in a real Airflow: its scheduler, its LocalExecutor, its API server, on the database of AIRFLOW_HOME's
environment. `play.py answer.json` reads scenarios.json and schedules.json of the folder SHOPWAVE_AIRFLOW_FOLDER.
"""

import json
import sys
import time
from collections import defaultdict

from api_server import api_server
from build import WORK, scenarios
from fire_times import fire_times
from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
from airflow.jobs.job import Job, run_job
from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
from airflow.models.dagrun import DagRun
from airflow.models.pool import Pool
from airflow.models.taskinstance import TaskInstance
from airflow.models.xcom import XComModel
from airflow.utils.db import initdb
from airflow.utils.session import create_session
from airflow.utils.types import DagRunTriggeredByType
from airflow.api.common.trigger_dag import trigger_dag
from sqlalchemy import select

BUNDLE = "dags-folder"
LIMIT_SECONDS = 900
STILL_SECONDS = 6


def prepare(all_scenarios):
    from airflow.dag_processing.bundles.manager import DagBundlesManager

    DagBundlesManager().sync_bundles_to_db()
    bag = DagBag(dag_folder=str(WORK / "dags"), bundle_path=WORK / "dags", bundle_name=BUNDLE, load_op_links=False)
    refused = {file.removesuffix(".py").rsplit("/")[-1] for file in bag.import_errors}
    unexpected = {dag_id for dag_id in refused if "airflow" not in all_scenarios[dag_id]["refused_by"]}
    if unexpected:
        raise SystemExit(json.dumps(bag.import_errors, indent=1))
    with create_session() as session:
        sync_bag_to_db(bag, BUNDLE, None, session=session)
        for scenario in all_scenarios.values():
            for name, slots in scenario["pools"].items():
                Pool.create_or_update_pool(name, slots, "", False, session=session)
    for dag_id, scenario in all_scenarios.items():
        if not {"schedule", "assets"} & scenario["dag"].keys() and dag_id not in refused:
            trigger_dag(dag_id, run_id="manual", triggered_by=DagRunTriggeredByType.TEST)
    return refused


def act(afterwards, dag_id, dag_bag):
    """What somebody does to a DAG once its run has ended."""
    if "trigger_again" in afterwards:
        trigger_dag(dag_id, run_id="again", triggered_by=DagRunTriggeredByType.TEST)
        return
    with create_session() as session:
        dag = dag_bag.get_latest_version_of_dag(dag_id, session=session)
        chosen = dag.partial_subset(
            afterwards["clear"], include_downstream=afterwards["downstream"], include_upstream=afterwards["upstream"]
        )
        dag.clear(
            run_id="manual", task_ids=list(chosen.task_dict), only_failed=afterwards["only_failed"], session=session
        )


class Runner(SchedulerJobRunner):
    """Airflow's scheduler; ends once every run that is to end has ended, and the others stand still."""

    refused = frozenset()
    looked = 0.0
    seen = None
    since = 0.0
    begun = time.monotonic()
    acted = False

    def _do_scheduling(self, session):
        queued = super()._do_scheduling(session)
        now = time.monotonic()
        if now - self.looked > 0.5:
            self.looked = now
            if self.is_done(session, now):
                self.num_runs = 1
        return queued

    def is_done(self, session, now):
        runs = defaultdict(list)
        for dag_id, state in session.execute(select(DagRun.dag_id, DagRun.state)):
            runs[dag_id].append(str(state))
        seen = sorted(map(str, session.execute(select(TaskInstance.id, TaskInstance.state))))
        if seen != self.seen:
            self.seen, self.since = seen, now
        if now - self.begun > LIMIT_SECONDS:
            print(f"airflow: not done after {LIMIT_SECONDS} s", file=sys.stderr)
            return True
        for dag_id, scenario in scenarios().items():
            if dag_id in self.refused:
                continue
            ended = [state for state in runs[dag_id] if state in ("success", "failed")]
            again = self.acted and "trigger_again" in scenario.get("afterwards", {})
            if not scenario["waits"] and len(ended) < scenario["runs"] + again:
                return False
        if not self.acted:
            self.acted = True
            for dag_id, scenario in scenarios().items():
                if "afterwards" in scenario and dag_id not in self.refused:
                    act(scenario["afterwards"], dag_id, self.scheduler_dag_bag)
            return False
        waits = any(scenario["waits"] for scenario in scenarios().values())
        return not waits or now - self.since > STILL_SECONDS


def outcome(refused):
    """What is there at the end, by DAG."""
    found = {
        dag_id: {"refused": dag_id in refused, "runs": [], "instances": [], "values": []} for dag_id in scenarios()
    }
    with create_session() as session:
        for run in session.scalars(select(DagRun)):
            date = run.logical_date.isoformat() if run.run_type == "scheduled" else None
            found[run.dag_id]["runs"].append({"run_id": run.run_id, "date": date, "state": str(run.state)})
        for ti in session.scalars(select(TaskInstance)):
            found[ti.dag_id]["instances"].append(
                {
                    "run_id": ti.run_id,
                    "task_id": ti.task_id,
                    "map_index": ti.map_index,
                    "state": ti.state and str(ti.state),
                    "tries": ti.try_number,
                    "begun": ti.start_date and ti.start_date.timestamp(),
                    "ended": ti.end_date and ti.end_date.timestamp(),
                }
            )
        for row in session.scalars(select(XComModel).where(XComModel.key == "return_value")):
            found[row.dag_id]["values"].append(
                {
                    "run_id": row.run_id,
                    "task_id": row.task_id,
                    "map_index": row.map_index,
                    "value": XComModel.deserialize_value(row),
                }
            )
    return found


def times_or_error(case):
    try:
        return fire_times(case)
    except ValueError as error:
        return [str(error)]


def main():
    cases = json.loads((WORK / "schedules.json").read_text())
    times = {case["id"]: times_or_error(case) for case in cases}
    initdb()
    with api_server() as answers:
        refused = prepare(scenarios())
        # It builds its routes at the first question, and a task would wait for that.
        while not answers():
            time.sleep(0.2)
        runner = Runner(job=Job(), num_runs=-1)
        runner.refused = refused
        run_job(job=runner.job, execute_callable=runner._execute)
    with open(sys.argv[1], "w") as out:
        json.dump({"outcomes": outcome(refused), "fire_times": times}, out)


if __name__ == "__main__":
    main()
