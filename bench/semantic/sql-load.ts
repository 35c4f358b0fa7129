import pg from 'pg';
import { createUser } from './client.ts';
import { quantile } from './load.ts';
import { introspection, statements, variantOf } from './sql-queries.ts';

/** Times in ms. */
export interface SqlMeasured {
  readonly firstMs: number;
  readonly repeated: { readonly perSecond: number; readonly p95Ms: number };
  readonly catalogue: { readonly perSecond: number; readonly p95Ms: number };
  readonly introspectMs: number;
  /** What understanding and planning a new text costs beside the REST API, which is told what to ask. */
  readonly overheadMs: number;
  readonly restMs: number;
}

const secret = 'bench';

export async function connect(port: number, user: string): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port, user, password: secret, database: 'shopwave' });
  await client.connect();
  return client;
}

/** The first answer: connects as soon as anybody can. */
export async function firstAnswer(port: number, startedAt: number): Promise<number> {
  const client = await connect(port, 'user0');
  await client.query(statements[0] ?? '');
  const tookMs = Date.now() - startedAt;
  await client.end();
  return tookMs;
}

/** Each connection asks again as soon as it has its answer. */
export async function closedLoop(
  clients: readonly pg.Client[],
  texts: readonly string[],
  seconds: number,
): Promise<{ perSecond: number; p95Ms: number }> {
  const times: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  await Promise.all(
    clients.map(async (client, index) => {
      for (let n = index; performance.now() < endMs; n += 1) {
        const beganMs = performance.now();
        await client.query(texts[n % texts.length] ?? '');
        times.push(performance.now() - beganMs);
      }
    }),
  );
  return { perSecond: times.length / ((performance.now() - startMs) / 1_000), p95Ms: quantile(times, 0.95) };
}

/** A tool connects and looks around, one after another. */
export async function connectAndIntrospect(port: number, count: number): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const beganMs = performance.now();
    const client = await connect(port, `user${n}`);
    for (const text of introspection) await client.query(text);
    times.push(performance.now() - beganMs);
    await client.end();
  }
  return quantile(times, 0.95);
}

/** The same answers, which are there, by a text that is planned anew and by the REST API. */
export async function planningOverhead(
  port: number,
  restPort: number,
  count: number,
): Promise<Pick<SqlMeasured, 'overheadMs' | 'restMs'>> {
  const client = await connect(port, 'user0');
  const user = createUser(restPort, `Basic ${Buffer.from(`user0:${secret}`).toString('base64')}`);
  const [viaSql, viaRest]: [number[], number[]] = [[], []];
  for (let n = 0; n < count; n += 1) {
    const statement = statements[n % statements.length] ?? '';
    const asked = await cubeQueryOf(client, statement);
    await client.query(statement);
    await user.load(asked);
    viaRest.push(await timed(() => user.load(asked)));
    viaSql.push(await timed(() => client.query(variantOf(statement, n))));
  }
  user.close();
  await client.end();
  const restMs = quantile(viaRest, 0.5);
  return { restMs, overheadMs: quantile(viaSql, 0.5) - restMs };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

/** What EXPLAIN says is asked of Cube. */
async function cubeQueryOf(client: pg.Client, statement: string): Promise<string> {
  const { rows } = await client.query<Record<string, string>>(`EXPLAIN ${statement}`);
  const line = rows.map((row) => Object.values(row)[0] ?? '').find((each) => each.includes('Cube: '));
  if (line === undefined) throw new Error('EXPLAIN names no query of Cube');
  return line.slice(line.indexOf('{'));
}
