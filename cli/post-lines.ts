import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';

/** A request to a server of this machine. */
export interface PostInput {
  readonly port: number;
  readonly path: string;
  readonly token: string;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

/** An answer of lines, read as they come. */
export interface LinesAnswer {
  readonly status: number;
  readonly lines: AsyncIterable<string>;
}

/** Sends JSON. Not by fetch: loading it takes longer than most answers, and it keeps the connection, and so the command. */
export async function postForLines({ port, path, token, body, signal }: PostInput): Promise<LinesAnswer> {
  const sent = request({
    host: '127.0.0.1',
    port,
    path,
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    agent: false,
    signal,
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.end(JSON.stringify(body));
  const [response] = await answered;
  return { status: response.statusCode ?? 0, lines: untilCut(createInterface({ input: response })) };
}

/** Who reads an answer that was cut off misses its last line, and says so better than the socket. */
async function* untilCut(lines: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* lines;
  } catch {
    // "aborted"
  }
}
