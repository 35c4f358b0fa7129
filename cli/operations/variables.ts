import { z } from 'zod';
import { secretErrors } from '../../scheduler/secrets/errors.ts';
import { isSensitive } from '../../scheduler/secrets/sensitive-names.ts';
import { secretsOfVariable } from '../../scheduler/secrets/task-secrets.ts';
import { defineOperation, rowsResult } from './operation.ts';

const key = z.string().regex(/^[\w.-]{1,250}$/, 'use letters, digits, underscore, dash and dot');

/** The value as people may see it. */
function shown(name: string, value: string): string {
  if (isSensitive(name)) return '***';
  return secretsOfVariable(name, value).length === 0 ? value : '*** (it holds secrets)';
}

export const variablesList = defineOperation({
  name: 'variables.list',
  input: z.object({}),
  run: async (_, { platform }) => {
    const variables = await (await platform.scheduler()).listVariables();
    return rowsResult(
      variables.map(({ key: name, value, description }) => ({
        key: name,
        value: shown(name, value),
        description,
      })),
      { columns: ['key', 'value', 'description'] },
    );
  },
});

export const variablesGet = defineOperation({
  name: 'variables.get',
  input: z.object({ key, default: z.string().optional() }),
  run: async ({ key: name, default: fallback }, { platform }) => {
    const scheduler = await platform.scheduler();
    const value = await scheduler.getVariable(name).catch((error: unknown) => {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'VARIABLE_NOT_FOUND';
      if (fallback !== undefined && isMissing) return fallback;
      throw error;
    });
    return rowsResult([{ key: name, value: shown(name, value) }]);
  },
});

export const variablesSet = defineOperation({
  name: 'variables.set',
  input: z.object({
    key,
    value: z.string(),
    description: z.string().optional(),
    json: z.boolean().default(false),
  }),
  run: async ({ key: name, value, description = null, json }, { platform }) => {
    if (json) assertJson(name, value);
    await (await platform.scheduler()).setVariable({ key: name, value, description });
    return rowsResult([{ key: name, value: shown(name, value), description }]);
  },
});

function assertJson(name: string, value: string): void {
  try {
    JSON.parse(value);
  } catch {
    throw secretErrors.error('VARIABLE_INVALID', { message: `the value of ${name} is no JSON` });
  }
}

export const variablesDelete = defineOperation({
  name: 'variables.delete',
  input: z.object({ key, dryRun: z.boolean().default(false) }),
  run: async ({ key: name, dryRun }, { platform }) => {
    await (await platform.scheduler()).deleteVariable(name, { dryRun });
    return rowsResult([{ key: name, state: dryRun ? 'would be deleted' : 'deleted' }]);
  },
});

export const variablesImport = defineOperation({
  name: 'variables.import',
  input: z.object({
    variables: z.record(key, z.unknown()),
    existing: z.enum(['overwrite', 'fail', 'skip']).default('overwrite'),
  }),
  run: async ({ variables, existing }, { platform }) => {
    const scheduler = await platform.scheduler();
    const known = new Set((await scheduler.listVariables()).map((each) => each.key));
    const clash = Object.keys(variables).find((name) => known.has(name));
    if (existing === 'fail' && clash !== undefined)
      throw secretErrors.error('VARIABLE_EXISTS', {
        message: `there is a variable ${clash}; nothing was imported`,
      });
    const rows: { key: string; state: string }[] = [];
    for (const [name, given] of Object.entries(variables)) {
      const isLeft = existing === 'skip' && known.has(name);
      const value = typeof given === 'string' ? given : JSON.stringify(given);
      if (!isLeft) await scheduler.setVariable({ key: name, value, description: null });
      rows.push({ key: name, state: isLeft ? 'left as it was' : known.has(name) ? 'replaced' : 'added' });
    }
    return rowsResult(rows, { columns: ['key', 'state'] });
  },
});

/** With their values: for a file that only its owner reads. */
export const variablesExport = defineOperation({
  name: 'variables.export',
  input: z.object({}),
  run: async (_, { platform }) => {
    const variables = await (await platform.scheduler()).listVariables();
    return rowsResult(
      variables.map(({ key: name, value }) => ({ key: name, value })),
      { columns: ['key', 'value'] },
    );
  },
});
