"""
Runs a workload of the bench once in a real Airflow: its scheduler, LocalExecutor and API server, on PostgreSQL.
`airflow_workload.py answer.json` reads workload.json of the folder SHOPWAVE_AIRFLOW_FOLDER; it writes the seconds from the
start of the scheduler's loop to the end of the last run, as the other side of the bench counts them.
"""

import json
import os
import sys
import time
from pathlib import Path

from api_server import api_server
from airflow.api.common.trigger_dag import trigger_dag
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
from airflow.jobs.job import Job, run_job
from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.utils.db import initdb
from airflow.utils.session import create_session
from airflow.utils.types import DagRunTriggeredByType
from sqlalchemy import func, select

WORK = Path(os.environ["SHOPWAVE_AIRFLOW_FOLDER"])
BUNDLE = "dags-folder"
LIMIT_SECONDS = 1800

DAG_FILE = """
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def fibo(n):
    return n if n < 2 else fibo(n - 1) + fibo(n - 2)


def work():
    {work}


with DAG({dag_id!r}, schedule=None) as dag:
    tasks = [PythonOperator(task_id=f"t{{i}}", python_callable=work) for i in range({count})]
    for child, parent in enumerate({parents!r}):
        if parent is not None:
            tasks[parent] >> tasks[child]
"""


def write_dags(workload):
    """A file a DAG, so that a task's process parses none but its own."""
    work = "pass" if workload["fibo"] is None else f"return fibo({workload['fibo']})"
    ids = [f"bench_{i}" for i in range(workload["dags"])]
    for dag_id in ids:
        text = DAG_FILE.format(work=work, dag_id=dag_id, count=len(workload["parents"]), parents=workload["parents"])
        (WORK / "dags" / f"{dag_id}.py").write_text(text)
    return ids


def prepare(ids):
    DagBundlesManager().sync_bundles_to_db()
    bag = DagBag(dag_folder=str(WORK / "dags"), bundle_path=WORK / "dags", bundle_name=BUNDLE, load_op_links=False)
    if bag.import_errors:
        raise SystemExit(json.dumps(bag.import_errors, indent=1))
    with create_session() as session:
        sync_bag_to_db(bag, BUNDLE, None, session=session)
    for dag_id in ids:
        trigger_dag(dag_id, run_id="bench", triggered_by=DagRunTriggeredByType.TEST)


class Runner(SchedulerJobRunner):
    """Airflow's scheduler; ends once every run has ended."""

    looked = 0.0
    begun = time.monotonic()

    def _do_scheduling(self, session):
        queued = super()._do_scheduling(session)
        now = time.monotonic()
        if now - self.looked > 0.5:
            self.looked = now
            open_runs = select(func.count()).where(DagRun.state.in_(["queued", "running"]))
            if session.scalar(open_runs) == 0 or now - self.begun > LIMIT_SECONDS:
                self.num_runs = 1
        return queued


def ended():
    """When the last run ended; all must have succeeded."""
    with create_session() as session:
        states = {str(state) for state in session.scalars(select(DagRun.state))}
        if states != {"success"}:
            raise SystemExit(f"runs ended as {sorted(states)}")
        tasks = session.scalar(select(func.count()).select_from(TaskInstance).where(TaskInstance.state == "success"))
        return session.scalar(select(func.max(DagRun.end_date))).timestamp(), tasks


def main():
    ids = write_dags(json.loads((WORK / "workload.json").read_text()))
    initdb()
    with api_server() as answers:
        prepare(ids)
        # It builds its routes at the first question, and a task would wait for that.
        while not answers():
            time.sleep(0.2)
        runner = Runner(job=Job(), num_runs=-1)
        begun = time.time()
        run_job(job=runner.job, execute_callable=runner._execute)
    at, tasks = ended()
    Path(sys.argv[1]).write_text(json.dumps({"seconds": at - begun, "tasks": tasks}))


if __name__ == "__main__":
    main()
