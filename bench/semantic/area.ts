import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hashSecret } from '../../semantic/server/access/secret-hash.ts';
import type { Area, BenchOptions, Figure } from '../figure.ts';
import { createUser } from './client.ts';
import type { User } from './client.ts';
import { figuresOf } from './figures.ts';
import type { Measured } from './figures.ts';
import { closedLoad, distinct, openLoad, witnessOf } from './load.ts';
import { factsSchema } from './messages.ts';
import { tiles, witness } from './queries.ts';
import { startServer } from './server.ts';
import type { Server } from './server.ts';
import { measureSql } from './sql-area.ts';

const people = 150;
const defaultSeconds = 300;
const perSecond = 40;
const closedSeconds = 15;
const distinctQueries = 10_000;
const secret = 'bench';

/** Dashboards of 150 people while publications land, and Cube as it comes beside it. */
export const semantic: Area = {
  name: 'semantic',
  about: 'metric queries under load',
  measure: async (say, options) => {
    const lines = options.lines?.[0] ?? 12_000_000;
    await mkdir(options.data, { recursive: true });
    const folder = await mkdtemp(path.join(options.data, 'semantic-'));
    await writeAccess(folder);
    const job = { file: path.join(folder, 'warehouse.duckdb'), folder, lines };
    try {
      say('  makes the marts and starts the server\n');
      const server = await startServer('server-job.ts', job, factsSchema);
      let figures: readonly Figure[];
      try {
        figures = await measureOn(server, lines, say, options);
      } finally {
        await server.stop();
      }
      return [...figures, ...(await measureSql(job, lines, say))];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Three kinds of rights; the same secret for all, since it is hashed once for each that logs in. */
async function writeAccess(folder: string): Promise<void> {
  const hashed = await hashSecret(secret);
  const users = Array.from({ length: people }, (_, n) => {
    const group = ['all', 'all', 'dach'][n % 3];
    return `  user${n}: { secret: '${hashed}', groups: [${group}], values: { country: [DE, AT] } }`;
  });
  await writeFile(
    path.join(folder, 'access.yml'),
    [
      'roles:',
      "  everything: { sees: ['*'] }",
      '  country_finance: { sees: [finance, operations], rows: { country: { from: country } } }',
      "  tickets: { sees: ['support'] }",
      'groups:',
      '  all: { roles: [everything] }',
      '  dach: { roles: [country_finance, tickets] }',
      'users:',
      ...users,
      '',
    ].join('\n'),
  );
}

async function measureOn(
  server: Server<typeof factsSchema>,
  lines: number,
  say: (text: string) => void,
  options: BenchOptions,
): Promise<readonly Figure[]> {
  const { seconds = defaultSeconds } = options;
  const { ports } = await server.ask('facts');
  const users = Array.from({ length: people }, (_, n) =>
    createUser(ports[0], `Basic ${Buffer.from(`user${n}:${secret}`).toString('base64')}`),
  );
  say('  150 people log in, and look at each tile once\n');
  for (const user of users) await user.load(witness);
  const base = witnessOf((await mustLoad(users[0], witness)).body);
  for (const tile of tiles) for (const user of users.slice(0, 3)) await mustLoad(user, tile);
  say(`  ${perSecond} queries a second for ${seconds} s, a publication a minute\n`);
  const before = await server.ask('facts');
  const publishing = setInterval(() => void server.ask('publish'), Math.min(60_000, seconds * 250));
  const loaded = await openLoad(users, base, { seconds, perSecond, random: seeded(7) });
  clearInterval(publishing);
  const after = await server.ask('facts');
  if (options.profile)
    say(
      `  ${JSON.stringify({ origins: [...loaded.origins], errors: loaded.errors.slice(0, 5), mixed: loaded.mixed.slice(0, 5), after })}\n`,
    );
  say('  closed loop of repeated queries, ours and plain Cube in turns\n');
  const closed = await beside(users, ports[1]);
  say(`  ${distinctQueries} distinct queries\n`);
  const small = await server.ask('facts');
  await distinct(users, distinctQueries);
  const large = await server.ask('facts');
  users.forEach((user) => user.close());
  const grownMb = large.rssMb - small.rssMb;
  return figuresOf({
    loaded,
    before,
    after,
    closed,
    lines,
    people,
    distinct: { queries: distinctQueries, grownMb },
  });
}

async function mustLoad(user: User | undefined, text: string): Promise<{ readonly body: string }> {
  const reply = await user?.load(text);
  if (reply?.status !== 200) throw new Error(`${reply?.status} ${reply?.body.slice(0, 300)}`);
  return reply;
}

async function beside(users: readonly User[], plainPort: number): Promise<Measured['closed']> {
  const plainUsers = Array.from({ length: people }, () => createUser(plainPort, undefined));
  for (const tile of tiles) await plainUsers[0]?.load(tile);
  const ours = await closedLoad(users, closedSeconds);
  const plain = await closedLoad(plainUsers, closedSeconds);
  const again = await closedLoad(users, closedSeconds);
  plainUsers.forEach((user) => user.close());
  return { ours: again.perSecond > ours.perSecond ? again : ours, plain };
}

/** The same queries in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
