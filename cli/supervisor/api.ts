import { timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import type { OperationContext } from '../operations/operation.ts';
import { errorLine } from '../operations/wire-format.ts';
import type { AnswerLine } from '../operations/wire-format.ts';
import { cliErrors } from '../errors.ts';
import { findOperation } from '../operations/registry.ts';

/** What the API needs from whoever hosts it. */
export interface ApiOptions {
  readonly platform: OperationContext['platform'];
  /** Held by those who can read the lock file. */
  readonly token: string;
}

/** `POST /api/operations/<name>`: runs one operation and streams its progress and answer as JSON lines. */
export function createApi(options: ApiOptions): Hono {
  const app = new Hono();
  app.post('/api/operations/:name', async (context) => {
    if (!isToken(context.req.header('authorization'), options.token)) {
      return context.json(
        { error: 'the bearer token is the one in the lock folder of the data folder' },
        401,
      );
    }
    const name = context.req.param('name');
    const input: unknown = await context.req.json().catch(() => undefined);
    const { signal } = context.req.raw;
    return stream(context, async (body) => {
      const send = (line: AnswerLine): Promise<unknown> => body.writeln(JSON.stringify(line));
      try {
        const operation = findOperation(name);
        if (operation === undefined) {
          throw cliErrors.error('CLI_OPERATION_UNKNOWN', { message: `there is no operation "${name}"` });
        }
        const result = await operation.invoke(input, {
          platform: options.platform,
          signal,
          onProgress: (event) => void send({ type: 'progress', event }),
        });
        await send({ type: 'result', result });
      } catch (error) {
        await send(errorLine(error));
      }
    });
  });
  app.notFound((context) => context.json({ error: 'there is nothing here' }, 404));
  return app;
}

function isToken(header: string | undefined, token: string): boolean {
  const [given, wanted] = [Buffer.from(header ?? ''), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
