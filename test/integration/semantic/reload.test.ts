import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/logger.ts';
import type { LogFields } from '../../../lib/logger.ts';
import { openToLocals } from '../../../semantic/server/access/access.ts';
import type { Access } from '../../../semantic/server/access/access.ts';
import { createDuckdbReader } from '../../../semantic/server/duckdb-driver.ts';
import type { ModelState } from '../../../semantic/server/reload/model-host.ts';
import { watchFiles } from '../../../semantic/server/reload/model-watch.ts';
import type { Finding } from '../../../semantic/validate/finding.ts';
import { createMarts } from './marts-fixture.ts';
import type { MartsFixture } from './marts-fixture.ts';
import { plainModel, published, serveSemantic } from './support.ts';
import type { ServedSemantic } from './support.ts';

/** So much of the product's model as finance needs: it compiles in a fraction of the time. */
const files = [
  'cubes/money.yml',
  'cubes/order_events.yml',
  'cubes/order_event_details.yml',
  'cubes/order_events_over_time.yml',
  'cubes/customers.yml',
  'cubes/products.yml',
  'views/finance.yml',
];
const events = 'cubes/order_events.yml';
const gmv = { measures: ['finance.gmv'] };

let folder: string;
let plain: Awaited<ReturnType<typeof plainModel>>;
let marts: MartsFixture;
let served: ServedSemantic;
let onIdentified = (): void => undefined;
const logged: { readonly message: string; readonly fields: LogFields }[] = [];
const told: ModelState[] = [];
/** What the rules find in an edited model. */
let findings: readonly Finding[] = [];

beforeAll(async () => {
  // Its queries are to reach the warehouse.
  plain = await plainModel();
  folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-model-'));
  await putBack();
  marts = await createMarts();
  const keep = (message: string, fields: LogFields = {}): void => void logged.push({ message, fields });
  const logger = { ...silentLogger, error: keep, child: () => logger };
  const access: Access = {
    identify: (authorization) => {
      onIdentified();
      return openToLocals.identify(authorization);
    },
  };
  served = await serveSemantic((cube) => createDuckdbReader(cube, marts.instance), logger, access, {
    modelDir: folder,
    watchModel: false,
    findingsOf: async () => findings,
    onModelChange: (state) => void told.push(state),
  });
});
afterAll(async () => {
  await served.stop();
  marts.close();
  await rm(folder, { recursive: true });
  await plain[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await putBack();
  await served.semantic.reloadModel();
  logged.length = 0;
  told.length = 0;
});

async function putBack(): Promise<void> {
  for (const file of files) await cp(path.join(plain.modelDir, file), path.join(folder, file));
}

async function edit(file: string, from: string, to: string): Promise<void> {
  const before = await readFile(path.join(folder, file), 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`the edit of ${file} changes nothing`);
  await writeFile(path.join(folder, file), after);
}

async function value(): Promise<unknown> {
  return (await served.semantic.load(gmv))[0]?.['finance.gmv'];
}

/** GMV is of sales; of refunds it is another number. */
function otherGmv(): Promise<void> {
  return edit(events, "{CUBE}.event_type = 'sale'", "{CUBE}.event_type = 'refund'");
}

it('a sound edit is served without a restart, and never from what was kept of the old model', async () => {
  const version = served.semantic.modelVersion();
  expect(await value()).toBe('301.20');
  await otherGmv();
  const state = await served.semantic.reloadModel();
  expect(state).toMatchObject({ folder, problem: undefined });
  expect(state.version).not.toBe(version);
  expect(served.semantic.modelVersion()).toBe(state.version);
  expect(await value()).toBe('-45.05');
  expect(told).toEqual([state]);
  const rest = await served.post('/cubejs-api/v1/load', { query: gmv });
  expect(rest.headers.get('x-shopwave-model')).toBe(state.version);
  expect(rest.body['data']).toEqual([{ 'finance.gmv': '-45.05' }]);
  await putBack();
  expect((await served.semantic.reloadModel()).version).toBe(version);
  expect(await value()).toBe('301.20');
});

it('a request that has come in is answered by the model that it came in to', async () => {
  const version = served.semantic.modelVersion();
  const body = JSON.stringify({ query: gmv });
  const sent = request(`${served.url}/cubejs-api/v1/load`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': body.length },
  });
  const letIn = new Promise<void>((resolve) => {
    onIdentified = resolve;
  });
  sent.write(body.slice(0, 3));
  await letIn;
  await otherGmv();
  await served.semantic.reloadModel();
  sent.end(body.slice(3));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(JSON.parse(await text(response))).toMatchObject({ data: [{ 'finance.gmv': '301.20' }] });
  expect(response.headers['x-shopwave-model']).toBe(version);
  expect(await value()).toBe('-45.05');
});

it('a query that has begun ends by the model that it began with', async () => {
  await marts.publisher.run(`
    alter table marts.fct_order_events rename to plain;
    create view marts.fct_order_events as
      select p.* from marts.plain p,
        (select count(*) as n from range(300000) a, range(4000) b where a.range <> b.range) where n > 0`);
  await served.semantic.refresh(published(2));
  const before = served.semantic.statementsSent();
  // What was asked before is asked again by a publication itself.
  const slow = { ...gmv, limit: 7 };
  const rows = served.semantic.load(slow).then(([row]) => row?.['finance.gmv']);
  const running = [rows, served.get(`/cubejs-api/v1/load?query=${JSON.stringify(slow)}`)] as const;
  while (served.semantic.statementsSent() === before) await new Promise(setImmediate);
  await otherGmv();
  const { version } = await served.semantic.reloadModel();
  const isUnderWay = await Promise.race([running[0].then(() => false), Promise.resolve(true)]);
  await marts.publisher.run(
    'drop view marts.fct_order_events; alter table marts.plain rename to fct_order_events',
  );
  expect(isUnderWay).toBe(true);
  expect(served.semantic.modelVersion()).toBe(version);
  expect(await running[0]).toBe('301.20');
  const rest = await running[1];
  expect(rest.body['data'] ?? rest.body['error']).toEqual(
    rest.body['error'] === undefined ? [{ 'finance.gmv': '301.20' }] : 'Continue wait',
  );
  expect(rest.headers.get('x-shopwave-model')).not.toBe(version);
});

it.each([
  ['no YAML', '  - name: order_events\n', '  - name: order_events: oops\n', /order_events\.yml:2:\d+$/],
  ['a tier that is none', 'tier: certified', 'tier: gold', /order_events\.yml:\d+:11$/],
  ['SQL that cannot be read', '{sale_minor}, 0)', '{sale_minor, 0)', /order_events\.yml/],
  ['a column that the mart lacks', 'sql: amount_minor', 'sql: amount_cents', /order_events\.yml:\d+:9$/],
])('%s leaves the old model serving, and is told once with file and line', async (_, from, to, where) => {
  const version = served.semantic.modelVersion();
  await edit(events, from, to);
  const state = await served.semantic.reloadModel();
  expect(state).toEqual(await served.semantic.reloadModel());
  expect(state).toMatchObject({ version, problem: { where: expect.stringMatching(where) } });
  expect(served.semantic.modelState()).toEqual(state);
  expect(await value()).toBe('301.20');
  expect(logged.map(({ fields }) => fields['where'])).toEqual([state.problem?.where]);
  expect(told).toEqual([state]);
  expect((await served.get('/cubejs-api/v1/meta')).status).toBe(200);
  await putBack();
  expect(await served.semantic.reloadModel()).toMatchObject({ version, problem: undefined });
  expect(told).toHaveLength(2);
});

it('an edit that breaks a rule is not served, until it breaks none', async () => {
  const version = served.semantic.modelVersion();
  const remedy = 'Leave it out.';
  findings = [{ rule: 'classified', where: `${events}:132:9`, message: 'gmv is made of a name', remedy }];
  await otherGmv();
  const where = path.join(folder, `${events}:132:9`);
  const problem = { code: 'SEMANTIC_MODEL_INVALID', message: 'gmv is made of a name', where, remedy };
  expect(await served.semantic.reloadModel()).toMatchObject({ version, problem });
  expect(await value()).toBe('301.20');
  findings = [];
  expect(await served.semantic.reloadModel()).toMatchObject({ problem: undefined });
  expect(await value()).toBe('-45.05');
});

it('a model that was ahead of its mart serves once the mart is published', async () => {
  await edit(events, 'sql: amount_minor', 'sql: amount_cents');
  expect(await served.semantic.reloadModel()).toMatchObject({
    problem: { code: 'SEMANTIC_MODEL_COLUMN_UNKNOWN' },
  });
  await marts.publisher.run(`
    alter table marts.fct_order_events add column amount_cents bigint;
    update marts.fct_order_events set amount_cents = 2 * amount_minor`);
  await served.semantic.refresh(published(3));
  await vi.waitFor(async () => expect(await value()).toBe('602.40'), { timeout: 60_000, interval: 50 });
  expect(served.semantic.modelState().problem).toBeUndefined();
});

it('files that change, appear and go are followed by themselves', async () => {
  const stopped = new AbortController();
  const { reloadModel, catalog } = served.semantic;
  void watchFiles({ folder, clock: systemClock, signal: stopped.signal, onChange: reloadModel });
  const views = async (): Promise<string[]> => (await catalog()).views.map(({ name }) => name);
  const patience = { timeout: 60_000, interval: 50 };
  const file = path.join(folder, 'views/short.yml');
  await writeFile(
    file,
    `views:
  - name: short
    title: Short
    description: One dimension alone.
    meta: { area: finance }
    cubes:
      - join_path: order_events
        includes: [order_date]
`,
  );
  await otherGmv();
  await vi.waitFor(async () => expect(await views()).toEqual(['finance', 'short']), patience);
  expect(await value()).toBe('-45.05');
  await rm(file);
  await vi.waitFor(async () => expect(await views()).toEqual(['finance']), patience);
  stopped.abort();
  expect(logged).toEqual([]);
});
