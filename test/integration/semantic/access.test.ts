import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../lib/logger.ts';
import { openAccess } from '../../../semantic/server/access/access.ts';
import { hashSecret } from '../../../semantic/server/access/secret-hash.ts';
import { startSemantic, published } from './support.ts';
import type { SemanticFixture } from './support.ts';

const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-access-'));
const file = path.join(folder, 'access.yml');

/** ana: all of finance in her country; bo: parts of operations; zoe: everything. */
async function writeAccess(anasCountry: string): Promise<void> {
  const hashes = { ana: await hash('ana'), bo: await hash('bo'), zoe: await hash('zoe') };
  await writeFile(
    file,
    `
roles:
  country_finance: { sees: [finance], hides: [finance.refunds], rows: { country: { from: country } } }
  fulfilment: { sees: [operations.orders, operations.channel] }
  all: { sees: ['*'] }
groups:
  managers: { roles: [country_finance], limits: { rows: 20 } }
  warehouse: { roles: [fulfilment] }
  admins: { roles: [all] }
users:
  ana: { secret: ${hashes.ana}, groups: [managers], values: { country: [${anasCountry}] } }
  bo: { secret: ${hashes.bo}, groups: [warehouse] }
  zoe: { secret: ${hashes.zoe}, groups: [admins] }
`,
  );
}

const hashed = new Map<string, string>();
async function hash(secret: string): Promise<string> {
  const known = hashed.get(secret) ?? (await hashSecret(secret));
  hashed.set(secret, known);
  return known;
}

let shop: SemanticFixture;
beforeAll(async () => {
  await writeAccess('DE');
  shop = await startSemantic('shop', await openAccess(file, silentLogger));
});
afterAll(async () => {
  await shop.stop();
  await rm(folder, { recursive: true });
});

function as(name: string, secret = name): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` };
}

const gmv = { query: { measures: ['finance.gmv'] } };

async function load(name: string, query: object = gmv.query): Promise<unknown> {
  const { body } = await shop.post('/cubejs-api/v1/load', { query }, as(name));
  return body['data'] ?? body['error'];
}

describe('credentials', () => {
  const paths = ['load?query={}', 'meta', 'sql?query={}', 'dry-run?query={}', 'meta?extended'];

  it.each(paths)('are asked for by /v1/%s', async (each) => {
    const { status, body } = await shop.get(`/cubejs-api/v1/${each}`);
    expect(status).toBe(401);
    expect(body['error']).toMatch(/^SEMANTIC_UNAUTHENTICATED: /);
  });

  it('are asked for by GraphQL', async () => {
    expect((await shop.post('/cubejs-api/graphql', { query: '{ __typename }' })).status).toBe(401);
  });

  it('that are wrong get one answer, whatever is wrong', async () => {
    const wrong = [
      {},
      as('ana', 'bo'),
      as('nobody', 'ana'),
      as('constructor', ''),
      { authorization: 'Basic ???' },
      { authorization: 'Bearer x.y.z' },
      { 'x-cube-authorization': 'x' },
    ];
    const answers = await Promise.all(wrong.map((headers) => shop.get('/cubejs-api/v1/meta', headers)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.status).toBe(401);
  });
});

describe('rows', () => {
  it('are those of the user’s values', async () => {
    expect(await load('zoe')).toEqual([{ 'finance.gmv': '301.20' }]);
    expect(await load('ana')).toEqual([{ 'finance.gmv': '201.10' }]);
    expect(await load('ana', { dimensions: ['finance.country'] })).toEqual([{ 'finance.country': 'DE' }]);
  });

  it('stay hidden behind filters, totals and ungrouped queries', async () => {
    const either = {
      or: [
        { member: 'finance.country', operator: 'equals', values: ['FR'] },
        { member: 'finance.country', operator: 'set' },
      ],
    };
    expect(await load('ana', { ...gmv.query, filters: [either] })).toEqual([{ 'finance.gmv': '201.10' }]);
    const french = [{ member: 'finance.country', operator: 'equals', values: ['FR'] }];
    expect(await load('ana', { dimensions: ['finance.country'], filters: french })).toEqual([]);
    const counted = { query: { dimensions: ['finance.country'], total: true } };
    expect((await shop.post('/cubejs-api/v1/load', counted, as('ana'))).body['total']).toBe(1);
    expect(await load('ana', { dimensions: ['finance.country'], ungrouped: true, limit: 1000 })).toEqual(
      Array.from({ length: 15 }, () => ({ 'finance.country': 'DE' })),
    );
  });

  it('change when a value does, between two equal queries', async () => {
    expect(await load('ana')).toEqual([{ 'finance.gmv': '201.10' }]);
    await writeAccess('FR');
    expect(await load('ana')).toEqual([{ 'finance.gmv': '100.10' }]);
    await writeAccess('DE');
    expect(await load('ana')).toEqual([{ 'finance.gmv': '201.10' }]);
  });

  it('stay as they were when the file is broken', async () => {
    await appendFile(file, '\nusers: {');
    expect(await load('ana')).toEqual([{ 'finance.gmv': '201.10' }]);
    await writeAccess('DE');
  });
});

describe('limits', () => {
  it('an answer with more rows than a group may get is refused, not cut', async () => {
    const every = { dimensions: ['finance.country', 'finance.event_type', 'finance.sku'], ungrouped: true };
    const { status, body } = await shop.post('/cubejs-api/v1/load', { query: every }, as('ana'));
    expect([status, (body['data'] as unknown[]).length]).toEqual([200, 15]);
    await shop.publisher.run(
      "insert into marts.fct_order_events by name select * replace ('y' || order_event_key as order_event_key) from marts.fct_order_events",
    );
    await shop.semantic.refresh(published(2));
    const refused = await shop.post('/cubejs-api/v1/load', { query: every }, as('ana'));
    expect(refused).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/^SEMANTIC_RESULT_TOO_LARGE: .* 20 rows/) },
    });
    await shop.publisher.run("delete from marts.fct_order_events where order_event_key like 'y%'");
    await shop.semantic.refresh(published(3));
  });
});

describe('members', () => {
  it.each([
    ['a hidden measure', 'ana', 'measures', 'finance.refunds'],
    ['a view without the dimension', 'bo', 'measures', 'finance.gmv'],
    ['another view', 'ana', 'measures', 'operations.orders'],
    ['a dimension that is not granted', 'bo', 'dimensions', 'operations.country'],
  ])('%s does not exist', async (_what, name, kind, member) => {
    expect(await load('zoe', { [kind]: [member] })).toBeInstanceOf(Array);
    for (const door of ['load', 'sql', 'dry-run']) {
      const refusal = async (asked: string): Promise<string> => {
        const path = `/cubejs-api/v1/${door}`;
        const { status, body } = await shop.post(path, { query: { [kind]: [asked] } }, as(name));
        return `${status} ${JSON.stringify(body)}`.replaceAll(asked, 'IT');
      };
      const hidden = await refusal(member);
      expect(hidden).toMatch(/^400 .*SEMANTIC_MEMBER_UNKNOWN: there is no member .*IT/);
      expect(hidden).toBe(await refusal(`${member}_never`));
      expect(hidden).toBe(await refusal('never.never'));
    }
  });

  it('cannot be filtered or ordered by either', async () => {
    const filters = [{ member: 'operations.country', operator: 'equals', values: ['DE'] }];
    const query = { measures: ['operations.orders'] };
    expect(await load('bo', query)).toEqual([{ 'operations.orders': '4' }]);
    expect(await load('bo', { ...query, filters })).toMatch(/^SEMANTIC_MEMBER_UNKNOWN/);
    expect(await load('bo', { ...query, filters: [{ or: [{ and: filters }] }] })).toMatch(
      /^SEMANTIC_MEMBER_UNKNOWN/,
    );
    expect(await load('bo', { ...query, order: { 'operations.country': 'asc' } })).toMatch(
      /^SEMANTIC_MEMBER_UNKNOWN/,
    );
  });

  it('are left out of meta and of the schema of GraphQL', async () => {
    const names = async (name: string): Promise<string[]> => {
      const { body } = await shop.get('/cubejs-api/v1/meta', as(name));
      const cubes = body['cubes'] as { measures: { name: string }[]; dimensions: { name: string }[] }[];
      return cubes.flatMap((cube) => [...cube.measures, ...cube.dimensions].map((each) => each.name));
    };
    expect((await names('bo')).sort()).toEqual(['operations.channel', 'operations.orders']);
    expect(await names('ana')).not.toContain('finance.refunds');
    expect(await names('zoe')).toEqual(expect.arrayContaining(['finance.refunds', 'operations.country']));
    const introspect = { query: '{ __schema { types { name fields { name } } } }' };
    const [all, some] = await Promise.all(
      ['zoe', 'bo'].map(async (name) =>
        JSON.stringify((await shop.post('/cubejs-api/graphql', introspect, as(name))).body),
      ),
    );
    expect(all).toMatch(/refunds/);
    expect(some).not.toMatch(/refunds|gmv|"country"/);
    expect(some).toMatch(/"orders"/);
    const extended = await shop.get('/cubejs-api/v1/meta?extended', as('bo'));
    expect(JSON.stringify(extended.body)).not.toMatch(/refunds|gmv/);
  });

  it('are limited by rows in GraphQL, too', async () => {
    const query = '{ cube { finance { country gmv } } }';
    const { body } = await shop.post('/cubejs-api/graphql', { query }, as('ana'));
    expect(body).toMatchObject({ data: { cube: [{ finance: { country: 'DE' } }] } });
  });
});
