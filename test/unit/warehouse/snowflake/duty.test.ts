import fc from 'fast-check';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../../lib/logger.ts';
import { DutyKeeper } from '../../../../warehouse/snowflake/duty-keeper.ts';
import { asleep, atRest, began, ended, sleepsAtMs, woken } from '../../../../warehouse/snowflake/duty.ts';
import { manualClock } from './manual-clock.ts';

test('it sleeps after the idle time, and not before the minute that its resume is billed for', () => {
  const awake = woken(began(atRest), 1_000);
  expect(sleepsAtMs(awake, 5_000)).toBeUndefined();
  expect(sleepsAtMs(ended(awake, 2_000), 5_000)).toBe(61_000);
  expect(sleepsAtMs(ended(awake, 100_000), 5_000)).toBe(105_000);
  expect(sleepsAtMs(ended(awake, 2_000), 90_000)).toBe(92_000);
  expect(sleepsAtMs(asleep(ended(awake, 2_000)), 5_000)).toBeUndefined();
  expect(sleepsAtMs(ended(began(atRest), 2_000), 5_000)).toBeUndefined();
});

function keeper(options: { readonly fails?: () => Error | undefined; readonly isOperated?: boolean } = {}) {
  const clock = manualClock();
  const sent: string[] = [];
  const operate = async (sql: string): Promise<void> => {
    sent.push(sql);
    await Promise.resolve();
    const error = options.fails?.();
    if (error !== undefined) throw error;
  };
  const duty = new DutyKeeper({
    warehouse: 'W',
    isOperated: options.isOperated ?? true,
    idleMs: 10_000,
    operate,
    clock,
    logger: silentLogger,
  });
  return { duty, clock, sent, operate };
}

const resume = 'alter warehouse W resume if suspended';
const suspend = 'alter warehouse W suspend';
const nothing = async (): Promise<void> => await Promise.resolve();

test('statements at once wake it once; it sleeps when all are over, and is woken again', async () => {
  const { duty, clock, sent } = keeper();
  await Promise.all([duty.during(nothing), duty.during(nothing), duty.during(nothing)]);
  expect(sent).toEqual([resume]);
  await clock.advance(59_000);
  expect(sent).toEqual([resume]);
  await clock.advance(1_000);
  expect(sent).toEqual([resume, suspend]);
  await duty.during(nothing);
  expect(sent).toEqual([resume, suspend, resume]);
});

test('a statement that takes longer than the idle time keeps it awake', async () => {
  const { duty, clock, sent } = keeper();
  let finish = (): void => {};
  const long = duty.during(() => new Promise<void>((resolve) => (finish = resolve)));
  await clock.advance(600_000);
  expect(sent).toEqual([resume]);
  finish();
  await long;
  await clock.advance(9_999);
  expect(sent).toEqual([resume]);
  await clock.advance(1);
  expect(sent).toEqual([resume, suspend]);
});

test('who was refused because others have put it to sleep wakes it, once for all', async () => {
  const { duty, sent, operate } = keeper();
  await duty.during(nothing);
  const run = (): (() => Promise<string>) => {
    let attempts = 0;
    return async () => {
      attempts += 1;
      await Promise.resolve();
      if (attempts === 1) throw new Error('is suspended');
      return `ran at attempt ${attempts}`;
    };
  };
  const isAsleep = (error: unknown): boolean => (error as Error).message === 'is suspended';
  const both = await duty.during(() =>
    Promise.all([duty.again(run(), isAsleep, operate), duty.again(run(), isAsleep, operate)]),
  );
  expect(both).toEqual(['ran at attempt 2', 'ran at attempt 2']);
  expect(sent).toEqual([resume, resume]);
  await expect(duty.again(() => Promise.reject(new Error('else')), isAsleep, operate)).rejects.toThrow(
    'else',
  );
  expect(sent).toEqual([resume, resume]);
});

test('closing puts it to sleep at once, but only if this process has woken it', async () => {
  const idle = keeper();
  await idle.duty.close(idle.operate);
  expect(idle.sent).toEqual([]);
  const used = keeper();
  await used.duty.during(nothing);
  await used.duty.close(used.operate);
  expect(used.sent).toEqual([resume, suspend]);
  await used.clock.advance(600_000);
  expect(used.sent).toEqual([resume, suspend]);
});

test('a resume that fails is the error of the statement, and is tried anew with the next', async () => {
  let error: Error | undefined = new Error('quota');
  const { duty, sent } = keeper({ fails: () => error });
  await expect(duty.during(nothing)).rejects.toThrow('quota');
  error = undefined;
  await duty.during(nothing);
  expect(sent).toEqual([resume, resume]);
});

test('a suspend that fails is nobody’s error', async () => {
  const { duty, clock, sent } = keeper({
    fails: () => (sent.at(-1) === suspend ? new Error('no') : undefined),
  });
  await duty.during(nothing);
  await clock.advance(60_000);
  expect(sent).toEqual([resume, suspend]);
  await duty.during(nothing);
  expect(sent).toEqual([resume, suspend, resume]);
});

test('what is operated by others is left alone', async () => {
  const { duty, clock, sent, operate } = keeper({ isOperated: false });
  await duty.during(nothing);
  await expect(
    duty.again(
      () => Promise.reject(new Error('x')),
      () => true,
      operate,
    ),
  ).rejects.toThrow('x');
  await clock.advance(600_000);
  await duty.close(operate);
  expect(sent).toEqual([]);
});

test('however work comes and goes, no statement runs on a sleeping warehouse and none is put to sleep under one', async () => {
  const steps = fc.array(fc.record({ gapMs: fc.nat(120_000), takesMs: fc.nat(120_000) }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const { duty, clock, sent } = keeper();
      const runs: Array<Promise<void>> = [];
      for (const { gapMs, takesMs } of plan) {
        await clock.advance(gapMs);
        runs.push(
          duty.during(async () => {
            expect(sent.at(-1)).toBe(resume);
            const begun = sent.length;
            await clock.sleep(takesMs);
            expect(sent.length).toBe(begun);
          }),
        );
      }
      await clock.advance(300_000);
      await Promise.all(runs);
      await clock.advance(300_000);
      expect(sent.at(-1)).toBe(plan.length === 0 ? undefined : suspend);
      for (const [index, sql] of sent.entries()) expect(sql).toBe(index % 2 === 0 ? resume : suspend);
    }),
    { numRuns: 100 },
  );
});
