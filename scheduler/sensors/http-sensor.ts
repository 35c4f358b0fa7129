import { parseDurationMs } from '../../lib/duration.ts';
import { messageOf } from '../../lib/errors.ts';
import type { SensorArgs, SensorTask, TaskContext } from '../authoring/task.ts';
import { operatorErrors } from '../operators/errors.ts';

/** An answer as a predicate sees it. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** At most 1 MB of it. */
  readonly body: string;
}

/** Arguments of a sensor that asks a web server. `url`, `headers` and `body` are templates. */
export interface HttpSensorArgs<Services> extends SensorArgs {
  readonly url: string | ((context: TaskContext<Services>) => string);
  /** GET */
  readonly method?: string;
  readonly headers?:
    | Readonly<Record<string, string>>
    | ((context: TaskContext<Services>) => Record<string, string>);
  readonly body?: string;
  /** Of one request; '10s'. */
  readonly requestTimeout?: string;
  /** Statuses that mean "not yet"; 404. Any other from 400 on fails the try. */
  readonly notYetOn?: readonly number[];
  /** Says of an answer whether the wait is over; by default every one does. */
  readonly isReady?: (answer: HttpAnswer) => boolean;
}

type HttpFields<Services> = {
  readonly url: HttpSensorArgs<Services>['url'];
  readonly headers: HttpSensorArgs<Services>['headers'];
  readonly body: string | undefined;
};

const mostBodyBytes = 1_000_000;

/** Waits until a web server answers as it should. A server that cannot be reached fails the try. */
export function httpSensor<Services>(
  args: HttpSensorArgs<Services>,
): SensorTask<Services, undefined, HttpFields<Services>> {
  const { url, method, headers, body: text, requestTimeout = '10s', ...rest } = args;
  const { notYetOn = [404], isReady = () => true, ...sensor } = rest;
  const timeoutMs = parseDurationMs(requestTimeout);
  return {
    ...sensor,
    templates: { url, headers, body: text },
    poke: async (context, { url: target, headers: given, body }) => {
      const init = { method: method ?? 'GET', ...(given && { headers: given }), ...(body && { body }) };
      const answer = await request(
        target,
        init,
        AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]),
      );
      context.logger.info(`status ${answer.status}`);
      if (notYetOn.includes(answer.status)) return false;
      if (answer.status >= 400) throw requestFailed(target, `status ${answer.status}`);
      return isReady(answer);
    },
  };
}

async function request(url: string, init: RequestInit, signal: AbortSignal): Promise<HttpAnswer> {
  try {
    const response = await fetch(url, { ...init, signal });
    return { status: response.status, headers: response.headers, body: await readBody(response) };
  } catch (cause) {
    // Node says "fetch failed" and the reason one level down.
    const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
    throw requestFailed(url, messageOf(reason), cause);
  }
}

async function readBody({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    // Leaving the loop ends the transfer.
    if (bytes >= mostBodyBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostBodyBytes).toString('utf8');
}

function requestFailed(url: string, message: string, cause?: unknown): Error {
  // A query may hold a key, and so may the user part.
  const { origin, pathname } = new URL(url);
  return operatorErrors.error('HTTP_SENSOR_FAILED', { message, where: `${origin}${pathname}`, cause });
}
