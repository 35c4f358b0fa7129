import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import type { LogFields, Logger } from '../../../lib/logger.ts';
import {
  outline,
  rawWire,
  rawWireOver,
  reportOf,
  requestPacket,
  startupPacket,
} from '../../support/raw-wire.ts';
import { openAccessWorld, passwords } from './access-world.ts';

const who = 'select who()';

it('a user is let in by a password or by SCRAM, as the access file has it', async () => {
  const { server } = await openAccessWorld();
  for (const user of ['ana', 'bo', 'tool'] as const) {
    const client = await server.connect({ user, password: passwords[user] });
    expect((await client.query<{ name: string }>(who)).rows).toMatchObject([{ name: user }]);
  }
});

it('whoever is not known is refused in the words of a wrong password', async () => {
  const { server } = await openAccessWorld();
  const errors = new Set<string>();
  for (const [user, password] of [
    ['ana', 'wrong'],
    ['bo', 'wrong'],
    ['eva', 'wrong'],
    ['constructor', 'wrong'],
    ['bo', passwords.ana],
  ] as const) {
    const refused = await server.connect({ user, password }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: '28P01', severity: 'FATAL' });
    errors.add((refused as Error).message.replace(user, '?'));
  }
  expect(errors.size).toBe(1);
});

it('an unknown name is always asked for the same, with the same salt', async () => {
  const { server } = await openAccessWorld();
  const asked = async (user: string): Promise<string> => {
    const wire = await rawWire(server.port);
    wire.send(startupPacket({ user }));
    const request = await wire.next();
    if (request?.body.readInt32BE() !== 10) return 'password';
    const first = Buffer.from('n,,n=,r=abc');
    const body = Buffer.concat([Buffer.from('SCRAM-SHA-256\0'), Buffer.from([0, 0, 0, first.length]), first]);
    wire.send(Buffer.concat([Buffer.from('p'), Buffer.from([0, 0, 0, body.length + 4]), body]));
    return /s=([^,]+),i=4096/.exec((await wire.next())?.body.toString() ?? '')?.[1] ?? '';
  };
  const names = Array.from({ length: 16 }, (_, index) => `nobody${index}`);
  const told = await Promise.all(names.map(asked));
  expect(await Promise.all(names.map(asked))).toEqual(told);
  // Both kinds are in the file, so strangers are of both kinds, too.
  expect(told).toContain('password');
  expect(told.filter((each) => each !== 'password').length).toBeGreaterThan(1);
});

it('channel binding is offered with TLS, and used by clients that can', async () => {
  for (const withTls of ['rsa', 'ec'] as const) {
    const { server } = await openAccessWorld({ withTls });
    const options = { user: 'bo', password: passwords.bo, ssl: { rejectUnauthorized: false } };
    for (const enableChannelBinding of [true, false]) {
      const client = await server.connect({ ...options, enableChannelBinding });
      expect((await client.query<{ name: string }>(who)).rows).toMatchObject([{ name: 'bo' }]);
    }
  }
});

it('where TLS is required, nobody is let in without', async () => {
  const { server, folder } = await openAccessWorld({ withTls: 'rsa', isTlsRequired: true });
  const plain = server.connect({ user: 'ana', password: passwords.ana });
  await expect(plain).rejects.toMatchObject({ code: '28000' });
  const ca = await readFile(path.join(folder, 'server.crt'), 'utf8');
  const client = await server.connect({
    user: 'ana',
    password: passwords.ana,
    host: 'localhost',
    ssl: { ca },
  });
  expect((await client.query(who)).rowCount).toBe(1);
});

it('what was sent in plain text along with the request for TLS is not taken as encrypted', async () => {
  const { server } = await openAccessWorld({ withTls: 'rsa' });
  const wire = await rawWire(server.port);
  wire.send(requestPacket(5679), startupPacket({ user: 'ana' }));
  expect(outline(await wire.until('E'))).toEqual(['E08P01']);
});

it('a client may begin with TLS at once', async () => {
  const { server, folder } = await openAccessWorld({ withTls: 'rsa' });
  const ca = await readFile(path.join(folder, 'server.crt'), 'utf8');
  const socket = connectTls({ host: 'localhost', port: server.port, ca, ALPNProtocols: ['postgresql'] });
  const wire = rawWireOver(socket);
  wire.send(startupPacket({ user: 'ana' }));
  expect((await wire.next())?.type).toBe('R');
  expect(socket.alpnProtocol).toBe('postgresql');
  socket.destroy();
});

it('each failure makes the next try of that user from that address later', async () => {
  const { server } = await openAccessWorld();
  const timed = async (user: 'bo', password: string): Promise<number> => {
    const startMs = performance.now();
    await server.connect({ user, password }).catch(() => {});
    return performance.now() - startMs;
  };
  for (let tries = 0; tries < 2; tries++) await timed('bo', 'wrong');
  expect(await timed('bo', 'wrong')).toBeGreaterThan(450);
  // The right password is late and not refused.
  expect(await timed('bo', passwords.bo)).toBeGreaterThan(900);
});

it('rights are those of the moment, and whoever was removed is let out', async () => {
  const { server, text, write } = await openAccessWorld();
  const client = await server.connect({ user: 'bo', password: passwords.bo });
  const grants = async (): Promise<unknown> =>
    (await client.query<{ grants: string }>({ name: 'again', text: who })).rows[0]?.grants;
  expect(await grants()).toContain('finance');
  await write(text.replace('sees: [finance]', 'sees: [operations]'));
  expect(await grants()).toContain('operations');
  await write(text.replaceAll(/^ {2}(?:bo|tool):.*$/gm, ''));
  await expect(client.query(who)).rejects.toMatchObject({ code: '28000', severity: 'FATAL' });
});

it('a changed secret ends what was opened with the one before', async () => {
  const { server, text, write } = await openAccessWorld();
  const client = await server.connect({ user: 'ana', password: passwords.ana });
  await client.query(who);
  const secrets = [...text.matchAll(/scrypt\S+(?=,)/g)].map(([each]) => each);
  await write(text.replace(String(secrets[0]), String(secrets[1])));
  await expect(client.query(who)).rejects.toMatchObject({ code: '28000' });
});

it('a token of the identity provider is taken as a password', async () => {
  const secret = 'a secret of the identity provider';
  const { server, folder, text, write } = await openAccessWorld();
  await writeFile(path.join(folder, 'tokens.txt'), secret);
  await write(`${text}
tokens: { issuer: idp, audience: metrics, keys: { secret_file: tokens.txt } }`);
  const token = await new SignJWT({ groups: ['readers'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('eva')
    .setIssuer('idp')
    .setAudience('metrics')
    // Five seconds of grace for clocks leave two.
    .setExpirationTime(new Date(Date.now() - 3000))
    .sign(new TextEncoder().encode(secret));
  const client = await server.connect({ user: 'eva', password: token });
  expect((await client.query(who)).rows).toMatchObject([{ name: 'eva' }]);
  // Somebody else's name is not theirs to take.
  await expect(server.connect({ user: 'ana', password: token })).rejects.toMatchObject({ code: '28P01' });
  await expect(server.connect({ user: 'eva', password: `${token}x` })).rejects.toMatchObject({
    code: '28P01',
  });
  await new Promise((resolve) => {
    setTimeout(resolve, 3500);
  });
  // The token is over, and so is the connection.
  await expect(client.query(who)).rejects.toMatchObject({ code: '28000' });
});

it('whoever may act for others does, and nobody else', async () => {
  const { server } = await openAccessWorld();
  const tool = await server.connect({ user: 'tool', password: passwords.tool });
  expect((await tool.query("select acting('bo')")).rows).toEqual([{ acting: 'bo' }]);
  await expect(tool.query("select acting('ana')")).rejects.toMatchObject({ code: '42501' });
  await tool.query('set role bo');
  expect((await tool.query(who)).rows).toMatchObject([{ name: 'bo' }]);
  await tool.query('begin; set local role none');
  expect((await tool.query(who)).rows).toMatchObject([{ name: 'tool' }]);
  await tool.query('rollback');
  expect((await tool.query(who)).rows).toMatchObject([{ name: 'bo' }]);
  await tool.query('discard all');
  expect((await tool.query(who)).rows).toMatchObject([{ name: 'tool' }]);
  await tool.query("set session authorization 'bo'");
  expect((await tool.query('show session_authorization')).rows).toEqual([{ session_authorization: 'bo' }]);
  await expect(tool.query('set role ana')).rejects.toMatchObject({ code: '42501' });
  const bo = await server.connect({ user: 'bo', password: passwords.bo });
  for (const text of [
    'set role ana',
    'set session authorization ana',
    "select acting('ana')",
    'set role nobody',
  ])
    await expect(bo.query(text)).rejects.toMatchObject({ code: '42501' });
  const asBo = await server.connect({ user: 'tool', password: passwords.tool, options: '-c role=bo' });
  expect((await asBo.query(who)).rows).toMatchObject([{ name: 'bo' }]);
  const asAna = server.connect({ user: 'tool', password: passwords.tool, options: '-c role=ana' });
  await expect(asAna).rejects.toMatchObject({ code: '42501', severity: 'FATAL' });
});

it('the log says who asked, for whom, how long it took, and nothing of what was asked', async () => {
  const lines: { message: string; fields: LogFields | undefined }[] = [];
  const write = (message: string, fields?: LogFields): void => void lines.push({ message, fields });
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
  const { server } = await openAccessWorld({ logger });
  const options = { user: 'tool', password: passwords.tool, application_name: 'a dashboard' };
  const client = await server.connect(options);
  await client.query({ text: 'select $1::int as a, $2::text as b', values: [1, 'secret'] });
  await client.query("select acting('bo')");
  await client.query("select 'secret'");
  await client.query("select nope from secret where a = 'secret'").catch(() => {});
  await client.query("set application_name = 'secret'; set role bo; select 1").catch(() => {});
  await client.end();
  await server.connect({ ...options, password: 'secret' }).catch(() => {});
  const statements = lines.filter(({ message }) => message === 'sql statement').map(({ fields }) => fields);
  const user = { user: 'tool', tag: 'a dashboard' };
  expect(statements).toMatchObject([
    { ...user, rows: 1, statement: 'SelectStmt', durationMs: expect.any(Number) },
    { ...user, rows: 1, actedFor: 'bo' },
    { ...user, rows: 1 },
    { ...user, sqlState: '42703' },
    { user: 'tool', statement: 'VariableSetStmt' },
    { user: 'tool', statement: 'VariableSetStmt' },
    { user: 'tool', rows: 1, actedFor: 'bo' },
  ]);
  expect(statements[2]).not.toHaveProperty('actedFor');
  expect(lines.map(({ message }) => message)).toEqual(
    expect.arrayContaining(['sql connection', 'sql connection closed', 'sql connection ended']),
  );
  // Whoever names themselves so is told by that name; nothing else is.
  expect(JSON.stringify(lines).replaceAll('"tag":"secret"', '')).not.toContain('secret');
});

it('a start without the name of a user is refused', async () => {
  const { server } = await openAccessWorld();
  const wire = await rawWire(server.port);
  wire.send(startupPacket({ user: '' }));
  expect(reportOf(await wire.next())['C']).toBe('28000');
});
