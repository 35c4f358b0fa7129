import { describe, expect, test } from 'vitest';
import { exportRateLimit } from '../../../ingest/zendesk/profile.ts';
import type { Fault } from '../../../simulator/saas/fault.ts';
import { organizationId } from '../../../simulator/zendesk/ids.ts';
import { currentRows, readArchive } from './shopify-zendesk-rig.ts';
import { expectHelpDesk, openZendesk } from './zendesk-rig.ts';

const never = new AbortController().signal;
const incremental = { mode: 'incremental' } as const;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

test('the extracted set equals the help desk: history, changes, deletions, an outage, a past window', async () => {
  await using rig = await openZendesk();
  const { api, clock, host, store } = rig;
  const zendesk = rig.zendesk();
  await zendesk.extract(never, incremental);
  await expectHelpDesk(rig);
  expect(rig.warnings).toEqual([]);
  expect(host.stats('zendesk').byStream['tickets']).toBeGreaterThan(3);

  const [deleted = 0, deletedAsWell = 0, touched = 0] = await rig.tickets(3);
  await api.deleteTicket(deleted);
  await api.touchTicket(touched);
  const users = currentRows((await readArchive(store, 'zendesk')).lines, 'users');
  const [customer = ''] = [...users].find(([, row]) => row['role'] === 'end-user') ?? [];
  await api.deleteUser(Number(customer));
  clock.jump(3 * dayMs);
  await zendesk.extract(never, incremental);
  await expectHelpDesk(rig);
  const { lines } = await readArchive(store, 'zendesk');
  expect(currentRows(lines, 'tickets').has(String(deleted))).toBe(false);
  expect(currentRows(lines, 'users').get(customer)).toMatchObject({ active: false });
  expect([...currentRows(lines, 'deletions').keys()]).toEqual(
    expect.arrayContaining([`tickets/${deleted}`, `users/${customer}`]),
  );

  host.faults('zendesk').outage(new Date(clock.now().getTime() + 31 * dayMs));
  await expect(zendesk.extract(never, incremental)).rejects.toMatchObject({ code: 'EXTRACT_UNREACHABLE' });
  await api.deleteTicket(deletedAsWell);
  clock.jump(31 * dayMs);
  host.faults('zendesk').clear();
  await zendesk.extract(never, incremental);
  await expectHelpDesk(rig);

  const before = await zendesk.status();
  const to = new Date(clock.now().getTime() - 10 * dayMs);
  const from = new Date(to.getTime() - 30 * dayMs);
  const again = await zendesk.extract(never, { mode: 'backfill', from, to });
  expect(again.objects).toBeGreaterThan(0);
  expect((await zendesk.status()).map(({ freshTo }) => freshTo)).toEqual(
    before.map(({ freshTo }) => freshTo),
  );
  await expectHelpDesk(rig);
});

test('a ticket that changes while pages are read is not lost, and a change of the system alone is seen', async () => {
  await using rig = await openZendesk();
  const touched = new Set<number>();
  let pages = 0;
  rig.before.answer = async ({ path }) => {
    if (!path.includes('/tickets/cursor') || (pages += 1) % 2 === 0) return;
    for (const id of await rig.tickets(3)) {
      touched.add(id);
      await rig.api.touchTicket(id);
    }
  };
  const zendesk = rig.zendesk();
  await zendesk.extract(never, incremental);
  rig.before.answer = async () => {};
  rig.clock.jump(5 * minuteMs);
  await zendesk.extract(never, incremental);
  expect(touched.size).toBeGreaterThan(3);
  await expectHelpDesk(rig);
});

describe('more objects than a page in one second', () => {
  test('are read from the list beside the export, and the export goes on', async () => {
    await using rig = await openZendesk({ exportPage: 4 });
    const zendesk = rig.zendesk();
    await rig.shop.pool.query(`update customers set segment = 'wholesale' where id < 40`);
    await rig.shop.pool.query('update customers set updated_at = $1 where id < 40', [
      new Date(rig.clock.now().getTime() - hourMs),
    ]);
    // Makes the help desk's tables.
    await rig.api.touchTicket(0);
    const crowded = Math.floor(rig.clock.now().getTime() / 1000 - 1800) * 1000;
    await rig.shop.pool.query(
      `insert into simulator.zendesk_metric_event select 9000000000 + n, min_id, $1,
         jsonb_build_object('metric', 'reply_time', 'instance', 1, 'type', 'activate', 'at', $2::bigint)
       from generate_series(1, 30) n, (select min(id) as min_id from simulator.zendesk_ticket) t`,
      [new Date(crowded), crowded],
    );
    await zendesk.extract(never, incremental);
    await expectHelpDesk(rig);
    const requests = rig.host.stats('zendesk').requests;
    rig.clock.jump(hourMs);
    await zendesk.extract(never, incremental);
    expect(rig.host.stats('zendesk').requests - requests).toBeLessThan(60);
    await expectHelpDesk(rig);
  });

  test('that the list does not hold either stop the stream where it stands', async () => {
    await using rig = await openZendesk({ exportPage: 4 });
    await rig.shop.pool.query(`update customers set segment = 'wholesale', updated_at = $1 where id < 40`, [
      new Date(rig.clock.now().getTime() - hourMs),
    ]);
    const path = /^\/api\/v2\/organizations/;
    rig.host
      .faults('zendesk')
      .add({ kind: 'late-rows', path, visibleAt: new Date(8e12), ids: [String(organizationId(1))] });
    const zendesk = rig.zendesk();
    const streams = ['organizations'];
    await expect(zendesk.extract(never, { ...incremental, streams })).rejects.toMatchObject({
      code: 'ZENDESK_SECOND_TOO_FULL',
      retryable: false,
    });
    rig.host.faults('zendesk').clear();
    await zendesk.extract(never, incremental);
    await expectHelpDesk(rig);
  });
});

const stream = 'tickets';
/** What is over before the patience is: nobody notices. */
const passing: readonly Fault[] = [
  { kind: 'rate-limited', stream, times: 2, after: 1 },
  { kind: 'rate-limited', stream, times: 1, retryAfterSeconds: 90 },
  { kind: 'server-error', stream, times: 2, after: 1 },
  { kind: 'unavailable', stream, times: 1 },
  { kind: 'timeout', stream, times: 1, after: 1 },
  { kind: 'reset', stream, times: 2 },
  { kind: 'html', stream, times: 1, after: 1 },
  { kind: 'truncated', stream, times: 1 },
  { kind: 'truncated', stream, times: 1, whole: true },
  { kind: 'duplicate-rows', stream, times: 2, after: 1 },
];

/** What lasts: nothing of the group of pages is landed, the cursor stays, and the error says what it is. */
const lasting: ReadonlyArray<readonly [Fault, string, boolean]> = [
  [{ kind: 'rate-limited', stream, after: 1 }, 'EXTRACT_RATE_LIMITED', true],
  [{ kind: 'server-error', stream, after: 1 }, 'EXTRACT_SERVER_ERROR', true],
  [{ kind: 'html', stream, after: 1 }, 'EXTRACT_NOT_JSON', true],
  [{ kind: 'truncated', stream, after: 1 }, 'EXTRACT_TRUNCATED', true],
  [{ kind: 'empty-page', stream, after: 1 }, 'EXTRACT_EMPTY_PAGE', true],
  [{ kind: 'repeated-page', stream }, 'EXTRACT_CURSOR_STUCK', true],
  [{ kind: 'unauthorised', stream, after: 1 }, 'EXTRACT_UNAUTHORIZED', false],
  [{ kind: 'forbidden', stream, after: 1 }, 'EXTRACT_FORBIDDEN', false],
];

test('whatever goes wrong, a group of pages is landed whole or not at all, and the next run makes it whole', async () => {
  await using rig = await openZendesk();
  const zendesk = rig.zendesk();
  const faults = rig.host.faults('zendesk');
  await zendesk.extract(never, incremental);
  const change = async (): Promise<void> => {
    for (const id of await rig.tickets(30)) await rig.api.touchTicket(id);
    rig.clock.jump(hourMs);
  };
  for (const fault of passing) {
    await change();
    faults.add(fault);
    await zendesk.extract(never, incremental);
    faults.clear();
    await expectHelpDesk(rig);
  }
  for (const [fault, code, retryable] of lasting) {
    await change();
    const [before] = await zendesk.status();
    faults.add(fault);
    const streams = ['tickets'];
    await expect(zendesk.extract(never, { ...incremental, streams })).rejects.toMatchObject({
      code,
      retryable,
    });
    faults.clear();
    expect((await zendesk.status())[0]?.freshTo).toBe(before?.freshTo);
    await zendesk.extract(never, incremental);
    await expectHelpDesk(rig);
  }
});

test('a cursor that is not known any more is left for its time, and never for now', async () => {
  await using rig = await openZendesk();
  const zendesk = rig.zendesk();
  await zendesk.extract(never, incremental);
  for (const id of await rig.tickets(5)) await rig.api.touchTicket(id);
  rig.clock.jump(10 * dayMs);
  const second = Math.floor(rig.clock.now().getTime() / 1000) - 10 * 86_400 - 120;
  const after = JSON.stringify({ after: 'no cursor of ours', second });
  await rig.control
    .withSchema('ingest')
    .from('cursor')
    .where({ source: 'zendesk', stream: 'tickets' })
    .update({ cursor: JSON.stringify({ after }) });
  await zendesk.extract(never, incremental);
  expect(rig.warnings.map((each) => each.split(':')[0])).toContain('ZENDESK_CURSOR_GONE');
  await expectHelpDesk(rig);
});

test('never more than ten requests a minute go to the exports, and an agent without rights is loud', async () => {
  let role: 'admin' | 'agent' = 'agent';
  await using rig = await openZendesk({ exportsPerMinute: 10, exportPage: 12, role: () => role });
  const zendesk = rig.zendesk({ perPage: 12, exportRate: exportRateLimit });
  await expect(zendesk.extract(never, incremental)).rejects.toMatchObject({ code: 'EXTRACT_FORBIDDEN' });
  expect((await zendesk.check(never)).map(({ isOk }) => isOk)).toEqual([false, true]);
  expect(currentRows((await readArchive(rig.store, 'zendesk')).lines, 'tickets').size).toBe(0);
  role = 'admin';
  rig.clock.jump(2 * minuteMs);
  rig.host.resetStats('zendesk');
  await zendesk.extract(never, incremental);
  await expectHelpDesk(rig);
  const stats = rig.host.stats('zendesk');
  expect(stats.byOutcome).toEqual({ 200: stats.requests });
  const times = stats.recent
    .filter(({ path }) => path.includes('/incremental/'))
    .map(({ at }) => at.getTime());
  expect(times.length).toBeGreaterThanOrEqual(15);
  for (const start of times) {
    expect(times.filter((at) => at >= start && at < start + minuteMs).length).toBeLessThanOrEqual(10);
  }
});

test('card numbers in every field that can hold text come nowhere, nor do names, addresses and descriptions', async () => {
  const pan = '4242 4242 4242 4242';
  const planted = new Set<string>();
  await using rig = await openZendesk({ plant: (path) => (planted.add(path), pan) });
  await rig.zendesk().extract(never, incremental);
  expect(planted.size).toBeGreaterThan(5);
  const { lines, manifests } = await readArchive(rig.store, 'zendesk');
  const text = JSON.stringify([lines, manifests, rig.warnings]);
  expect(text).not.toMatch(/4242 ?4242/);
  expect(text).not.toContain('@');
  const fields = new Set(
    lines.filter(({ table }) => table !== 'organizations').flatMap(({ data }) => Object.keys(data)),
  );
  for (const denied of [
    'name',
    'description',
    'email',
    'custom_fields',
    'fields',
    'comment',
    'details',
    'notes',
  ]) {
    expect(fields.has(denied)).toBe(false);
  }
  expect(text).toContain('[PAN:tkv2_test_');
  // All that Zendesk documents is known, so that only what is new is drift.
  expect(rig.drift).toEqual([]);
});
