// Runs an embedded PostgreSQL in a process of its own, so that a test can kill that process:
// `node --import tsx embedded-postgres-child.ts FOLDER` prints one JSON line and then waits for its end.
import process from 'node:process';
import { startEmbeddedPostgres } from '../../cli/local/embedded-postgres.ts';
import { describeError } from '../../lib/errors.ts';
import { silentLogger } from '../../lib/logger.ts';

const [dataDir = ''] = process.argv.slice(2);
try {
  const server = await startEmbeddedPostgres({
    dataDir,
    logger: silentLogger,
    onProgress: (event) => process.stderr.write(`${event.note ?? event.step}\n`),
  });
  const ready = { pid: server.pid, port: server.port, url: server.url('postgres') };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  process.stdin.resume();
  process.stdin.once('end', () => void server.stop().then(() => process.exit(0)));
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: describeError(error) })}\n`);
  process.exitCode = 1;
}
