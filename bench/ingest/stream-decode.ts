import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where Debian keeps the client of a server; the embedded server comes without one. */
const folders = ['18', '17', '16', '15'].map((version) => `/usr/lib/postgresql/${version}/bin`);

/**
 * What a walsender needs to send the log to somebody who looks at nothing: PostgreSQL's own client, to nowhere. No consumer
 * of streaming replication can be quicker. Undefined where the client is not installed.
 */
export async function streamDecode(
  url: string,
  slot: string,
  publication: string,
  endPosition: string,
): Promise<number | undefined> {
  const client = await findClient();
  if (client === undefined) return undefined;
  const options = ['-o', 'proto_version=1', '-o', `publication_names="${publication}"`];
  const started = performance.now();
  await run(client, [
    '-d',
    url,
    '--slot',
    slot,
    '--start',
    '--no-loop',
    `--endpos=${endPosition}`,
    '-f',
    '/dev/null',
    ...options,
  ]);
  return (performance.now() - started) / 1000;
}

async function findClient(): Promise<string | undefined> {
  for (const folder of folders) {
    const file = path.join(folder, 'pg_recvlogical');
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}
