import { expect, test } from 'vitest';
import { z } from 'zod';
import { dag } from '../../../scheduler/authoring/dag.ts';
import { paramWithoutDefault, resolveParams } from '../../../scheduler/core/params.ts';
import { validateDag } from '../../../scheduler/core/validate-dag.ts';
import { every } from '../../../scheduler/index.ts';
import type { Schedule } from '../../../scheduler/index.ts';

const params = z.object({ day: z.iso.date(), limit: z.number().default(10) });

test('defaults are filled in; every problem is named, and where there is no schema anything goes', () => {
  const told = { dagId: 'd', params };
  expect(resolveParams(told, { day: '2026-03-02', more: 1 })).toEqual({ day: '2026-03-02', limit: 10 });
  const invalid = expect.objectContaining({
    code: 'PARAMS_INVALID',
    message: expect.stringMatching(/day: .*; limit: /),
  });
  expect(() => resolveParams(told, { limit: 'x' })).toThrow(invalid);
  expect(resolveParams({ dagId: 'd', params: undefined }, { x: 1 })).toEqual({ x: 1 });
});

test('a DAG that runs by itself needs a default for every param', () => {
  const load = (schedule: Schedule, schema: z.ZodObject): unknown =>
    validateDag(
      dag({
        dagId: 'd',
        description: '',
        schedule,
        owner: 'x',
        tags: [],
        params: schema,
        tasks: (t) => void t.empty('a'),
      }),
      'd.dag.ts',
    );
  expect(paramWithoutDefault(params)).toBe('day');
  expect(() => load(null, params)).not.toThrow();
  expect(() => load(every('5m'), z.object({ limit: z.number().default(1) }))).not.toThrow();
  expect(() => load(every('5m'), params)).toThrow(expect.objectContaining({ code: 'DAG_ARGUMENT_INVALID' }));
});
