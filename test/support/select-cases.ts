import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { buildManifest } from '../../transforms/engine/artifacts/manifest.ts';
import type { Invocation } from '../../transforms/engine/artifacts/metadata.ts';
import { buildRunResults } from '../../transforms/engine/artifacts/run-results.ts';
import type { NodeStatus, RunResults } from '../../transforms/engine/artifacts/run-results.ts';
import { buildSources } from '../../transforms/engine/artifacts/sources.ts';
import type { Sources } from '../../transforms/engine/artifacts/sources.ts';
import type { SelectContext, SelectRequest } from '../../transforms/engine/select/context.ts';
import { indirectModes } from '../../transforms/engine/select/selection.ts';
import { parseSelectors } from '../../transforms/engine/select/selectors-file.ts';
import { graphProject, graphSchema } from './select-graph.ts';
import type { Graph } from './select-graph.ts';

/** Where the cases lie; each file holds one graph and what selectors mean on it. */
export const casesFolder = path.join(import.meta.dirname, '../unit/transforms/select/cases');

const words = z.union([z.string().transform((word) => [word]), z.array(z.string())]);

const caseSchema = z.strictObject({
  select: words.optional(),
  exclude: words.optional(),
  indirect: z.enum(indirectModes).optional(),
  selector: z.string().optional(),
  /** Ids without the project's name, sorted: `model.a`, `source.raw.x`. */
  expected: z.array(z.string()),
});

const times = z.record(z.string(), z.string());

const fileSchema = z.strictObject({
  about: z.string(),
  graph: graphSchema,
  previous: graphSchema.optional(),
  results: z.record(z.string(), z.string()).optional(),
  freshness: z.strictObject({ before: times, now: times }).optional(),
  selectors: z.record(z.string(), z.unknown()).optional(),
  cases: z.array(caseSchema),
});

export type CaseFile = z.infer<typeof fileSchema>;
export type SelectCase = CaseFile['cases'][number];

export async function readCaseFiles(): Promise<{ readonly name: string; readonly content: CaseFile }[]> {
  const files = (await readdir(casesFolder)).filter((file) => file.endsWith('.json')).toSorted();
  return await Promise.all(
    files.map(async (file) => ({
      name: file,
      content: fileSchema.parse(JSON.parse(await readFile(path.join(casesFolder, file), 'utf8'))),
    })),
  );
}

/** The request of a case, with what it compares the graph with. */
export function requestOf(each: SelectCase, context: SelectContext): SelectRequest {
  const { select, exclude, selector, indirect } = each;
  return { select, exclude, selector, indirectSelection: indirect, context };
}

export function contextOf({ previous, results, freshness, selectors }: CaseFile): SelectContext {
  return {
    manifest: previous === undefined ? undefined : manifestOf(previous),
    runResults: results === undefined ? undefined : runResultsOf(results, withProject),
    sources: freshness === undefined ? undefined : sourcesOf(freshness.before),
    currentSources: freshness === undefined ? undefined : sourcesOf(freshness.now),
    selectors: selectors === undefined ? undefined : parseSelectors('selectors.yml', stringify(selectors)),
  };
}

export const invocation: Invocation = {
  id: '7c9a3a52-6f0e-4c53-9f0b-0a8f3c1d2e4b',
  startedAt: new Date('2026-01-02T03:04:05.000Z'),
  generatedAt: new Date('2026-01-02T03:04:06.000Z'),
};

/** The manifest of a graph, read back from its text as a later command reads it. */
function manifestOf(graph: Graph): ReturnType<typeof buildManifest> {
  const manifest = buildManifest({
    project: graphProject(graph),
    invocation,
    adapterType: 'duckdb',
    relation: (model) => `marts.${model.name}`,
  });
  return JSON.parse(JSON.stringify(manifest)) as typeof manifest;
}

/** Results by short id; `toId` makes full ids of them. */
export function runResultsOf(
  results: Readonly<Record<string, string>>,
  toId: (short: string) => string,
): RunResults {
  return buildRunResults({
    invocation,
    elapsedTime: 1.5,
    args: { which: 'build', select: [], exclude: [], vars: {} },
    results: Object.entries(results).map(([short, status]) => ({
      uniqueId: toId(short),
      status: status as NodeStatus,
      executionTime: 0.5,
      startedAt: invocation.startedAt,
      completedAt: invocation.generatedAt,
      threadId: 'thread-1',
    })),
  });
}

export function sourcesOf(loadedAt: Readonly<Record<string, string>>): Sources {
  return buildSources({
    invocation,
    elapsedTime: 1,
    results: Object.entries(loadedAt).map(([short, time]) => ({
      uniqueId: withProject(short),
      status: 'pass',
      maxLoadedAt: new Date(time),
      snapshottedAt: invocation.generatedAt,
      criteria: { warnAfter: { count: 1, period: 'day' }, errorAfter: undefined, filter: undefined },
      executionTime: 0.1,
      threadId: 'thread-1',
    })),
  });
}

/** `model.a` of `model.shop.a`, and of a test dbt's hash is left out. */
export function shortId(id: string): string {
  const [type = '', , ...rest] = id.split('.');
  const names = type === 'test' && /^[0-9a-f]{10}$/.test(rest.at(-1) ?? '') ? rest.slice(0, -1) : rest;
  return [type, ...names].join('.');
}

export function withProject(short: string): string {
  return short.replace('.', '.shop.');
}
