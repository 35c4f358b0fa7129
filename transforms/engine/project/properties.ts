import { z } from 'zod';
import { LineCounter, parseDocument } from 'yaml';
import { transformErrors } from '../errors.ts';
import type { DataTest, TestConfig } from './model.ts';

const refPattern = /^ref\('([a-z0-9_]+)'\)$/;

const dataTest = z.union([
  z.enum(['unique', 'not_null']),
  z.strictObject({
    accepted_values: z.strictObject({ arguments: z.strictObject({ values: z.array(z.string()) }) }),
  }),
  z.strictObject({
    relationships: z.strictObject({
      arguments: z.strictObject({ to: z.string().regex(refPattern), field: z.string() }),
    }),
  }),
]);

const column = z.strictObject({
  name: z.string(),
  description: z.string().default(''),
  data_tests: z.array(dataTest).default([]),
});

const config = z.strictObject({
  materialized: z.enum(['latest', 'history', 'ephemeral', 'keyed', 'table']),
  unique_key: z.string().optional(),
  // What dbt does not know lives under meta, so that dbt accepts the same files.
  meta: z
    .strictObject({
      touch_key: z.string().optional(),
      touched_by: z.record(z.string(), z.string()).optional(),
      prune_by: z.string().optional(),
    })
    .default({}),
});

const file = z.strictObject({
  version: z.literal(2),
  sources: z
    .array(
      z.strictObject({
        name: z.string(),
        description: z.string().default(''),
        tables: z.array(z.strictObject({ name: z.string() })),
      }),
    )
    .default([]),
  models: z
    .array(
      z.strictObject({
        name: z.string(),
        description: z.string(),
        config,
        columns: z.array(column).default([]),
      }),
    )
    .default([]),
});

export type PropertiesFile = z.infer<typeof file>;
export type ModelProperties = PropertiesFile['models'][number];

/** Parses one YAML properties file; errors name the file, the line and the field. */
export function parseProperties(path: string, text: string): PropertiesFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    throw invalid(`${path}:${lines.linePos(syntax.pos[0]).line}`, syntax.message);
  }
  const parsed = file.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const node = document.getIn(issue?.path ?? [], true);
  const offset = hasRange(node) ? node.range[0] : 0;
  throw invalid(`${path}:${lines.linePos(offset).line}`, `${issue?.path.join('.')}: ${issue?.message}`);
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}

function invalid(where: string, message: string): Error {
  return transformErrors.error('TRANSFORM_PROPERTIES_INVALID', { message, where });
}

/** The declared tests of a model as data. */
export function testsOf(properties: ModelProperties): DataTest[] {
  return properties.columns.flatMap((each) =>
    each.data_tests.map((test) => toDataTest(properties.name, each.name, test)),
  );
}

function toDataTest(model: string, column: string, test: z.infer<typeof dataTest>): DataTest {
  const base = {
    attachedTo: { kind: 'model' as const, name: model },
    column,
    sources: [],
    config: defaultTestConfig,
    file: '',
    line: 1,
  };
  const named = (kind: string, refs: string[], args: Record<string, unknown>): DataTest => {
    const name = `${kind}_${model}_${column}`;
    return {
      ...base,
      kind,
      name,
      uniqueId: `test.shopwave.${name}`,
      refs: [model, ...refs],
      arguments: args,
    };
  };
  if (typeof test === 'string') return named(test, [], {});
  if ('accepted_values' in test) return named('accepted_values', [], test.accepted_values.arguments);
  const { to, field } = test.relationships.arguments;
  return named('relationships', [refPattern.exec(to)?.[1] ?? to], { to, field });
}

export const defaultTestConfig: TestConfig = {
  severity: 'error',
  errorIf: '!= 0',
  warnIf: '!= 0',
  where: undefined,
  limit: undefined,
  storeFailures: false,
  failCalc: 'count(*)',
  tags: [],
  meta: {},
};
