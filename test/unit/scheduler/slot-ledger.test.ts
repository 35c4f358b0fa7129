import { expect, test } from 'vitest';
import type { TaskDecision } from '../../../scheduler/core/run-plan.ts';
import { createSlotLedger } from '../../../scheduler/core/slot-ledger.ts';

const decision = (taskId: string, to: TaskDecision['to']): TaskDecision => ({
  taskId,
  mapIndex: -1,
  from: null,
  fromToken: null,
  to,
  tryNumber: 1,
  nextAttemptAt: null,
  reason: '',
});

test('what the plan of one run starts is in use for the next', () => {
  const ledger = createSlotLedger({
    freeSlots: 5,
    pools: new Map([
      ['narrow', 4],
      ['other', 1],
    ]),
    active: [
      { dagId: 'a', taskId: 'wide', count: 1 },
      { dagId: 'b', taskId: 'x', count: 1 },
    ],
    shareOf: (_, taskId) => ({ pool: 'narrow', slots: taskId === 'wide' ? 2 : 1 }),
  });
  expect(ledger.limitsOf('a')).toEqual({
    pools: new Map([
      ['narrow', { slots: 4, used: 3 }],
      ['other', { slots: 1, used: 0 }],
    ]),
    activeOfTask: new Map([['wide', 1]]),
  });
  ledger.take('b', [decision('x', 'queued'), decision('y', 'scheduled'), decision('z', 'skipped')]);
  expect(ledger.freeSlots()).toBe(4);
  expect(ledger.limitsOf('a').pools.get('narrow')).toEqual({ slots: 4, used: 4 });
  expect(ledger.limitsOf('b').activeOfTask).toEqual(new Map([['x', 2]]));
  expect(ledger.limitsOf('c').activeOfTask).toEqual(new Map());
});
