import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isLegalStep, taskInstanceStates, taskStateTable } from '../../../scheduler/core/states.ts';
import type { TaskInstanceState } from '../../../scheduler/core/states.ts';

const spec = readFileSync(new URL('../../../scheduler/SPEC.md', import.meta.url), 'utf8');
const rowsAfter = (heading: string): readonly (readonly string[])[] => {
  const lines = spec.slice(spec.indexOf(heading)).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
};
const stateOf = (name: string): TaskInstanceState | null => {
  const state = taskInstanceStates.find((each) => each === name) ?? null;
  if (state === null && name !== 'none') throw new Error(`no state ${name}`);
  return state;
};

test('the table in SPEC.md is the state machine, whole and cell by cell', () => {
  const targets = new Map(
    rowsAfter('| event |')
      .slice(2)
      .map(([event = '', to = '']) => [event, to]),
  );
  const [[, ...events] = [], , ...rows] = rowsAfter('| from |');
  const names = ['none', ...taskInstanceStates].toSorted((a, b) => a.localeCompare(b));
  expect([...targets.values()].toSorted((a, b) => a.localeCompare(b))).toEqual(names);
  expect(events).toEqual([...targets.keys()]);
  expect(rows.map(([from = '']) => from).toSorted((a, b) => a.localeCompare(b))).toEqual(names);
  expect(Object.keys(taskStateTable)).toHaveLength(names.length);
  for (const [from = '', ...cells] of rows) {
    for (const [index, cell] of cells.entries()) {
      const to = targets.get(events[index] ?? '') ?? '';
      expect([from, to, cell]).toEqual([from, to, isLegalStep(stateOf(from), stateOf(to)) ? 'x' : '.']);
    }
  }
});
