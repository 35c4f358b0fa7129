import type pg from 'pg';
import { atLeast, atMost, machine } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { sqlFactsSchema } from './messages.ts';
import { startServer } from './server.ts';
import type { Server } from './server.ts';
import { closedLoop, connect, connectAndIntrospect, firstAnswer, planningOverhead } from './sql-load.ts';
import { introspection, statements } from './sql-queries.ts';

const people = 150;
const idle = 1_000;
const atOnce = 10;
const loopSeconds = 15;

/** Metric queries over the Postgres wire, in a process of their own over the same marts. */
export async function measureSql(
  job: object,
  lines: number,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  say('  the SQL API: starts, first answer\n');
  const server = await startServer('sql-job.ts', job, sqlFactsSchema);
  try {
    return await measureOn(server, lines, say);
  } finally {
    await server.stop();
  }
}

/** A few at a time, as people come in the morning: each proves who they are, which is slow on purpose. */
async function connectAll(port: number, count: number): Promise<pg.Client[]> {
  const clients: pg.Client[] = [];
  for (let n = 0; n < count; n += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - n) }, (_, m) => `user${(n + m) % people}`);
    clients.push(...(await Promise.all(some.map((user) => connect(port, user)))));
  }
  return clients;
}

async function measureOn(
  server: Server<typeof sqlFactsSchema>,
  lines: number,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  const { port, restPort, startedAt } = server.first;
  const firstMs = await firstAnswer(port, startedAt);
  say(`  the SQL API: ${idle} idle connections\n`);
  const before = await server.ask('facts');
  const waiting = await connectAll(port, idle);
  const after = await server.ask('facts');
  await Promise.all(waiting.map((client) => client.end()));
  const coldMs = await connectAndIntrospect(port, 1);
  for (const user of ['user0', 'user2']) {
    const client = await connect(port, user);
    for (const text of [...statements, ...introspection]) await client.query(text).catch(() => {});
    await client.end();
  }
  const clients = await connectAll(port, people);
  say('  the SQL API: closed loops of 150 connections\n');
  const ofOneGroup = clients.filter((_, n) => n % 3 !== 2);
  const repeated = await closedLoop(clients, statements.slice(0, 12), loopSeconds);
  const catalogue = await closedLoop(ofOneGroup.concat(clients).slice(0, people), introspection, loopSeconds);
  say('  the SQL API: tools that connect and look around; texts that are new\n');
  const introspectMs = await connectAndIntrospect(port, 50);
  const planned = await planningOverhead(port, restPort, 300);
  await Promise.all(clients.map((client) => client.end()));
  const setup = `${machine()}; ${lines.toLocaleString('en')} order lines, ${people} connections`;
  const figure = (name: string, value: number, unit: string) => ({
    area: 'semantic',
    figure: `SQL API: ${name}`,
    value: Math.round(value * 10) / 10,
    unit,
    setup,
  });
  return [
    atMost(figure('first answer after the start', firstMs, 'ms'), 3_000),
    atLeast(figure('closed loop of repeated statements', repeated.perSecond, 'a second'), 2_000),
    atMost(figure('repeated statements in it, p95', repeated.p95Ms, 'ms'), 100),
    atMost(
      figure(
        `catalogue queries in a closed loop (${Math.round(catalogue.perSecond)} a second), p95`,
        catalogue.p95Ms,
        'ms',
      ),
      100,
    ),
    atMost(figure('connect and ask a catalogue for the first time', coldMs, 'ms'), 1_000),
    atMost(
      figure(`connect and ask a catalogue ${introspection.length} times, p95`, introspectMs, 'ms'),
      1_000,
    ),
    atMost(
      figure(
        `planning a new text over REST (${planned.restMs.toFixed(1)} ms), p50`,
        planned.overheadMs,
        'ms',
      ),
      3,
    ),
    atMost(figure(`${idle} idle connections`, after.rssMb - before.rssMb, 'MB'), 200),
  ];
}
