import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../lib/errors.ts';
import { askFor } from '../../semantic/diff/metric-changes.ts';
import { catalogueOf, usedColumns } from '../../semantic/docs/catalogue.ts';
import type { MartDoc } from '../../semantic/docs/catalogue.ts';
import { cataloguePage } from '../../semantic/docs/page.ts';
import type { MetricStatement, TriedModel } from '../../semantic/server/workbench.ts';
import { readTexts } from '../../semantic/validate/read-texts.ts';
import type { ModelLineage } from '../../transforms/engine/lineage/column-lineage.ts';
import { projectLineage } from '../../transforms/engine/lineage/project-lineage.ts';
import type { Project } from '../../transforms/engine/project/model.ts';
import { cliErrors } from '../errors.ts';
import { rowsResult } from '../operations/operation.ts';
import type { OperationResult } from '../operations/operation.ts';
import { readProject } from '../transform/project.ts';
import { inGoldenWorld } from './golden-world.ts';
import { goldenTestsFor } from './test.ts';

/** What `metrics docs` is told. */
export interface DocsInput {
  /** The folder with cubes/ and views/. */
  readonly modelFolder: string;
  /** Where the page goes; it is made if it is not there. */
  readonly out: string;
  readonly onWarning: (message: string) => void;
}

/** `metrics docs`: writes one page about every metric, from the files alone. */
export async function writeCatalogue({ modelFolder, out, onWarning }: DocsInput): Promise<OperationResult> {
  const files = await readTexts(modelFolder);
  const project = await readProject({ onWarning });
  const { model, statements } = await inGoldenWorld(async (bench) => {
    const tried = await bench.open(modelFolder, files);
    return { model: tried.model.model, statements: await statementsOf(tried) };
  });
  const catalogue = catalogueOf({
    model,
    statements,
    marts: await martDocs(project, usedColumns(model)),
    golden: await goldenByMetric(modelFolder),
  });
  const page = path.join(out, 'metrics.html');
  try {
    await mkdir(out, { recursive: true });
    await writeFile(page, await cataloguePage(catalogue));
  } catch (error) {
    throw cliErrors.error('CLI_FILE_UNWRITABLE', { message: messageOf(error), where: page, cause: error });
  }
  const metrics = catalogue.views.flatMap((view) => view.metrics);
  return rowsResult([
    { page: pathToFileURL(page).href, metrics: metrics.length, views: catalogue.views.length },
  ]);
}

/** What looks back has no months without days. */
const aYear = { from: '2026-01-01', to: '2026-12-31' } as const;

async function statementsOf(tried: TriedModel): Promise<ReadonlyMap<string, readonly MetricStatement[]>> {
  const found = new Map<string, readonly MetricStatement[]>();
  for (const metric of tried.catalog.metrics) {
    const days = metric.period === undefined ? {} : aYear;
    found.set(metric.member, await tried.explain({ ...askFor(tried, metric), grain: 'month', ...days }));
  }
  return found;
}

async function martDocs(
  project: Project,
  used: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<ReadonlyMap<string, MartDoc>> {
  const marts = [...project.models.values()].filter(({ name }) => used.has(name));
  const only = new Set(marts.flatMap(({ name }) => [name, ...upstreamOf(project, name)]));
  const traced = await projectLineage(project, {
    only,
    isTraced: (model, column) => used.get(model)?.has(column.toLowerCase()) === true,
  });
  const lineage = new Map(traced.map((each) => [each.model, each]));
  return new Map(
    marts.map(({ name, description, columns }) => [
      name,
      {
        name,
        description,
        columns: columns.map((column) => ({
          name: column.name,
          type: column.dataType ?? '',
          description: column.description,
          from: fromOf(lineage.get(name), column.name),
        })),
        upstream: upstreamOf(project, name),
      },
    ]),
  );
}

function fromOf(lineage: ModelLineage | undefined, column: string): readonly string[] {
  const found = lineage?.columns.find((each) => each.column.toLowerCase() === column.toLowerCase());
  return (found?.upstream ?? []).map((each) => `${each.relation}.${each.column}`);
}

/** Level by level, so that the nearest come first. */
function upstreamOf(project: Project, mart: string): readonly string[] {
  const found = new Set<string>();
  for (let level: readonly string[] = [mart]; level.length > 0;) {
    const models = level.flatMap((name) => project.models.get(name) ?? []);
    level = models.flatMap(({ refs, sources }) => [...refs, ...sources]).filter((name) => !found.has(name));
    for (const name of level) found.add(name);
  }
  return [...found];
}

async function goldenByMetric(modelFolder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const { what, query } of await goldenTestsFor(modelFolder)) {
    for (const metric of query.metrics) found.set(metric, [...(found.get(metric) ?? []), what]);
  }
  return found;
}
