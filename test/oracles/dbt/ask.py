"""Asks dbt itself what selectors mean. Reads jobs as JSON from stdin, writes the answers as JSON to the file named."""

import json
import sys
from functools import cache
from pathlib import Path

from dbt.artifacts.schemas.catalog import CatalogArtifact
from dbt.artifacts.schemas.freshness import FreshnessExecutionResultArtifact
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.artifacts.schemas.run import RunResultsArtifact
from dbt.cli.main import dbtRunner
from dbt.compilation import Linker
from dbt.config.selectors import SelectorConfig
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.state import PreviousState
from dbt.flags import get_flags
from dbt.graph import Graph, NodeSelector
from dbt.graph.cli import parse_difference
from dbt_common.events.contextvars import set_task_contextvars
from jsonschema import Draft202012Validator

ARTIFACTS = {
    "manifest.json": WritableManifest,
    "run_results.json": RunResultsArtifact,
    "catalog.json": CatalogArtifact,
    "sources.json": FreshnessExecutionResultArtifact,
}


@cache
def parse(folder):
    """The project's manifest; target/manifest.json is written too."""
    args = ["--quiet", "parse", "--no-partial-parse", "--project-dir", folder, "--profiles-dir", folder]
    outcome = dbtRunner().invoke(args)
    if not outcome.success:
        raise SystemExit(f"dbt cannot parse {folder}: {outcome.exception}")
    return outcome.result


def select(graph, manifest, previous, request):
    mode = request.get("indirect", "eager")
    object.__setattr__(get_flags(), "INDIRECT_SELECTION", mode)
    if "selector" in request:
        named = SelectorConfig.selectors_from_dict(request["selectors"])
        spec = named[request["selector"]]["definition"]
    else:
        spec = parse_difference(request.get("select"), request.get("exclude"))
    selector = NodeSelector(graph, manifest, previous, include_empty_nodes=True)
    return sorted(selector.get_selected(spec, warn_on_no_nodes=False))


def give_tests_their_ids(results, manifest):
    """dbt's test ids end in a hash that whoever wrote the results could not know."""
    if not results.exists():
        return
    full = {".".join(id.split(".")[:3]): id for id in manifest.nodes if id.startswith("test.")}
    content = json.loads(results.read_text())
    for result in content["results"]:
        result["unique_id"] = full.get(result["unique_id"], result["unique_id"])
    results.write_text(json.dumps(content))


def answer(job):
    folder = job["folder"]
    if job.get("previous"):
        parse(job["previous"])
    manifest: Manifest = parse(folder)
    set_task_contextvars(project_root=folder)
    linker = Linker()
    linker.link_graph(manifest)
    graph = Graph(linker.graph)
    previous = None
    if job.get("state"):
        give_tests_their_ids(Path(job["state"]) / "run_results.json", manifest)
        previous = PreviousState(Path(job["state"]), Path(job["state"]) / "current", Path(folder))
    return [select(graph, manifest, previous, request) for request in job["requests"]]


def read(folder):
    """What dbt's own readers and the published schemas say against our artifacts; nothing when all is well."""
    complaints = []
    for name, kind in ARTIFACTS.items():
        path = Path(folder) / name
        if not path.exists():
            continue
        try:
            kind.read_and_check_versions(str(path))
        except Exception as error:
            complaints.append(f"{name}: {error}")
        schema = Draft202012Validator(kind.json_schema())
        for defect in list(schema.iter_errors(json.loads(path.read_text())))[:5]:
            complaints.append(f"{name}: {'.'.join(map(str, defect.path))}: {defect.message[:300]}")
    return complaints


def main():
    work = json.load(sys.stdin)
    answers = {
        "selected": [answer(job) for job in work["jobs"]],
        "complaints": [read(folder) for folder in work["artifacts"]],
    }
    Path(sys.argv[1]).write_text(json.dumps(answers))


main()
