import { expect, it } from 'vitest';
import { describeModel } from '../../../cli/supervisor/console.ts';

const state = { folder: '/m', version: 'abc', problem: undefined };

it('another model is told in a line', () => {
  expect(describeModel(state)).toBe('  ✓ the metric model is served as its files are now (version abc)');
});

it('a broken one with its place, what to do, and what serves meanwhile', () => {
  const problem = {
    code: 'SEMANTIC_MODEL_INVALID',
    message: 'no',
    where: '/m/a.yml:3:1',
    remedy: 'Mend it.',
  };
  expect(describeModel({ ...state, problem }).split('\n')).toEqual([
    '  ✗ metric model: /m/a.yml:3:1: SEMANTIC_MODEL_INVALID: no',
    '    remedy: Mend it.',
    '    version abc goes on serving',
  ]);
});
