import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { RateLimit, Refusal, SaasApi, SaasRequest, SaasResponse } from './api.ts';
import { stageOf } from './fault.ts';
import type { Fault } from './fault.ts';
import { createFaultBoard } from './fault-board.ts';
import type { ActiveFault, FaultBoard } from './fault-board.ts';
import { breakPage, deleteRows } from './page-faults.ts';
import type { JsonObject } from './json.ts';
import type { PageMemory } from './page-faults.ts';
import { createStats } from './stats.ts';
import type { StatsKeeper } from './stats.ts';
import { createTokenBucket } from './token-bucket.ts';
import type { TokenBucket } from './token-bucket.ts';

/** What happens to a request: an answer, perhaps broken on the wire, or none. */
export type Outcome =
  | { readonly kind: 'answer'; readonly response: SaasResponse; readonly broken?: Fault }
  | { readonly kind: 'reset' }
  | { readonly kind: 'timeout' };

/** One API in the host. */
export interface Mount {
  readonly api: SaasApi;
  readonly faults: FaultBoard;
  readonly stats: StatsKeeper;
  readonly serve: (request: SaasRequest) => Promise<Outcome>;
}

interface MountState {
  readonly api: SaasApi;
  readonly clock: Clock;
  readonly memory: PageMemory;
  readonly buckets: readonly { readonly limit: RateLimit; readonly bucket: TokenBucket }[];
}

/** Puts faults, credentials and limits in front of an API, in the order in which a real one would show them. */
export function mountApi(api: SaasApi, clock: Clock, logger: Logger): Mount {
  const faults = createFaultBoard(clock.now);
  const stats = createStats();
  const memory: PageMemory = { lastRow: new Map(), deleted: new Map() };
  const buckets = api.limits.map((limit) => ({ limit, bucket: createTokenBucket(limit, clock.monotonicMs) }));
  const state: MountState = { api, clock, memory, buckets };
  return {
    api,
    faults: {
      ...faults,
      clear: () => {
        faults.clear();
        memory.deleted.clear();
      },
    },
    stats,
    serve: async (request) => {
      const at = clock.now();
      const stream = api.streamOf(request);
      const met = faults.meet({ stream, path: request.path });
      const outcome = await decide(state, request, stream, met).catch((error: unknown): Outcome => {
        logger.warn('a simulated API failed', { api: api.name, stream, reason: messageOf(error) });
        return answer(api.refuse({ kind: 'server-error' }, request));
      });
      const { method, path, query } = request;
      const ended = outcome.kind === 'answer' ? outcome.response.status : outcome.kind;
      stats.record({ at, method, path, query: query.toString(), stream, outcome: ended });
      return outcome;
    },
  };
}

async function decide(
  state: MountState,
  request: SaasRequest,
  stream: string,
  met: readonly ActiveFault[],
): Promise<Outcome> {
  const { api } = state;
  const early = connectionFault(met);
  if (early !== undefined) return early;
  const refusal = refusalOf(state, request, met);
  if (refusal !== undefined) return answer(api.refuse(refusal, request));
  const rowId = api.rowId ?? plainId;
  const context = { stream, memory: state.memory, rowId, now: state.clock.now() };
  deleteRows(met, context);
  const gone = state.memory.deleted.get(stream) ?? [];
  if ([...gone].some((id) => api.cursorNames?.(request, id) === true)) {
    return answer(api.refuse({ kind: 'cursor-gone' }, request));
  }
  const response = await api.handle(request);
  const broken = met.find(({ fault }) => stageOf[fault.kind] === 'body')?.fault;
  return answer(withBrokenPage(api, request, response, met, context), broken);
}

function plainId({ id }: JsonObject): string {
  return typeof id === 'string' || typeof id === 'number' ? String(id) : '';
}

function answer(response: SaasResponse, broken?: Fault): Outcome {
  return broken === undefined ? { kind: 'answer', response } : { kind: 'answer', response, broken };
}

function connectionFault(met: readonly ActiveFault[]): Outcome | undefined {
  const kinds = met.map(({ fault }) => fault.kind);
  if (kinds.includes('reset')) return { kind: 'reset' };
  return kinds.includes('timeout') ? { kind: 'timeout' } : undefined;
}

function refusalOf(
  { api, buckets }: MountState,
  request: SaasRequest,
  met: readonly ActiveFault[],
): Refusal | undefined {
  for (const { fault } of met) {
    if (fault.kind === 'rate-limited') {
      return { kind: fault.kind, retryAfterSeconds: fault.retryAfterSeconds ?? 1 };
    }
    if (isPlainRefusal(fault)) return { kind: fault.kind };
  }
  const denied = api.authorise(request);
  if (denied !== undefined) return { kind: denied };
  for (const { limit, bucket } of buckets) {
    if (limit.appliesTo?.(request) === false) continue;
    const wait = bucket.take();
    if (wait > 0) return { kind: 'rate-limited', retryAfterSeconds: wait, limit: limit.name };
  }
  return undefined;
}

type PlainRefusal = Extract<Fault, { readonly kind: Exclude<Refusal['kind'], 'rate-limited'> }>;

function isPlainRefusal(fault: Fault): fault is PlainRefusal {
  return stageOf[fault.kind] === 'refusal';
}

function withBrokenPage(
  api: SaasApi,
  request: SaasRequest,
  response: SaasResponse,
  met: readonly ActiveFault[],
  context: Parameters<typeof breakPage>[2],
): SaasResponse {
  if (!('json' in response) || response.status !== 200) return response;
  const page = api.pageOf(response.json, request);
  const json = page === undefined ? undefined : breakPage(page, met, context);
  return json === undefined ? response : { ...response, json };
}
