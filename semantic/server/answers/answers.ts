import type { Clock } from '../../../lib/clock.ts';
import type { LoadAnswer } from '../cube-server.ts';
import type { Publications, StampOf } from '../publications.ts';
import type { ModelVisit, QueryWatch, Visit } from '../query-watch.ts';
import type { ServedModel } from '../model-files.ts';
import { platformCaller } from '../access/caller.ts';
import type { Caller } from '../access/caller.ts';
import type { Usage } from '../usage/usage.ts';
import { isError, originOf, rowsOf } from './answer.ts';
import type { Answer, Asked, KeptAnswer } from './answer.ts';
import { lifeOf } from './answer-life.ts';
import { createAnswerStore } from './answer-store.ts';
import type { AnswerEntry } from './answer-store.ts';
import { createLoading } from './loading.ts';
import type { LoadingOptions } from './loading.ts';

export interface AnswersOptions extends LoadingOptions {
  /** The model that is served now. */
  readonly model: () => ServedModel;
  readonly watch: Pick<QueryWatch, 'found'>;
  readonly usage: Pick<Usage, 'missed'>;
  readonly clock: Clock;
  /** Somebody asks. */
  readonly onAsked: () => void;
}

/**
 * Answers whole questions from memory where that is right, and has Cube answer the others, each once at a time. Cube
 * plans a query before it looks for a result, which is most of what a repeated one costs (`bench -- semantic`).
 */
export interface Answers {
  readonly ask: (asked: Asked, visit: ModelVisit) => Promise<Answer>;
  /** Whether the newest answer is kept. */
  readonly holds: (asked: Asked, visit: ModelVisit) => boolean;
  /** Asks the most used questions again, so many, of which the answers are of an earlier publication; ends with the signal. */
  readonly warm: (count: number, signal: AbortSignal) => Promise<number>;
}

const maxBytes = 64 * 1024 * 1024;
/** What is larger is not kept: a few of them would leave no room for dashboards. */
const largestBytes = 2 * 1024 * 1024;
/** What the log calls questions that nobody has asked just now. */
const warmingTag = 'warming';
/** So many questions are asked again at once; people who ask come first. */
const warmers = 2;
/** What Cube's clients send to have a result computed anew. */
const anew = new Set(['no-cache', 'must-revalidate']);

export function createAnswers(options: AnswersOptions): Answers {
  const { publications, watch, usage, clock } = options;
  const store = createAnswerStore(maxBytes);
  const loading = createLoading(options);
  const today = (): string => clock.now().toISOString().slice(0, 10);

  const compute = async (key: string, asked: Asked, visit: ModelVisit): Promise<KeptAnswer> => {
    const startMs = clock.monotonicMs();
    const life = lifeOf(asked.text);
    // The day on which it is asked: the answer may come on another.
    const day = life === 'day' ? today() : undefined;
    const answer = await loading.join(`${publications.newest().version} ${day} ${key}`, asked, visit);
    const isMiss = answer.served.some(({ origin }) => origin === 'warehouse');
    if (isMiss && !isOwn(visit)) usage.missed(asked.text, clock.monotonicMs() - startMs);
    const isGood = answer.status === 200 && answer.served.length > 0 && life !== 'moment';
    if (isGood && answer.body.length <= largestBytes)
      store.set(key, { answer, asked, caller: visit.caller, model: visit.model, day });
    return answer;
  };

  const isOf = ({ answer, day }: AnswerEntry, stampOf: StampOf): boolean =>
    (day === undefined || day === today()) &&
    answer.served.every(({ marts, stamp }) => stamp === stampOf(marts));

  const kept = ({ answer }: AnswerEntry, visit: Visit, isStale: boolean): Answer => {
    const publication = isStale ? answer.publication : publications.newest();
    const rows = rowsOf(answer.served);
    watch.found(visit, publication.version, rows);
    return { ...answer, of: { publication, origin: 'cache', isStale, rows } };
  };

  const ask = async (asked: Asked, visit: ModelVisit): Promise<Answer> => {
    if (!isOwn(visit)) options.onAsked();
    const key = keyOf(asked, visit);
    const entry = anew.has(asked.cacheMode ?? '') ? undefined : store.get(key);
    if (entry !== undefined && isOf(entry, publications.stampOf)) return kept(entry, visit, false);
    // The platform compares what is served with the marts as they are.
    const mayBeOlder = entry !== undefined && !isOwn(visit) && isOf(entry, publications.settledStampOf);
    if (mayBeOlder) return kept(entry, visit, true);
    const answer = await compute(key, asked, visit);
    if (entry !== undefined && entry.day === undefined && isAway(answer)) return kept(entry, visit, true);
    return { ...answer, of: toldOf(answer, publications) };
  };

  return {
    ask,
    holds: (asked, visit) => {
      const entry = store.get(keyOf(asked, visit));
      return entry !== undefined && isOf(entry, publications.stampOf);
    },
    warm: async (count, signal) => {
      const model = options.model();
      const due = store
        .mostUsed(count)
        .filter(([, entry]) => entry.model === model && !isOf(entry, publications.stampOf));
      let warmed = 0;
      const work = async (): Promise<void> => {
        for (let next = due.shift(); next !== undefined && !signal.aborted; next = due.shift()) {
          const [key, { asked, caller }] = next;
          await compute(key, asked, { caller: unlimited(caller), model, tag: warmingTag, signal });
          warmed += 1;
        }
      };
      await Promise.all(Array.from({ length: warmers }, work));
      return warmed;
    },
  };
}

/** Whoever has the same rights and limits shares; the model's version is that of the answer's meaning. */
function keyOf({ text, queryType = '' }: Asked, { caller, model }: ModelVisit): string {
  const { policyVersion, grants, limits } = caller;
  return [model.version, policyVersion, JSON.stringify(grants), limits.rows, queryType, text].join('\n');
}

function toldOf(answer: KeptAnswer, { stampOf }: Publications): Answer['of'] {
  const { served, publication } = answer;
  if (served.length === 0) return undefined;
  const isStale = served.some(({ marts, stamp }) => stamp !== stampOf(marts));
  return { publication, origin: originOf(served), isStale, rows: rowsOf(served) };
}

/** The platform's own questions are no dashboard's. */
function isOwn({ caller, tag }: Visit): boolean {
  return caller.name === platformCaller.name || tag === warmingTag;
}

/** The warehouse could not be asked; what it said before is better than nothing, when it is told as such. */
function isAway(answer: LoadAnswer): boolean {
  return isError(answer, 'SEMANTIC_QUERY_FAILED');
}

/** What nobody has asked just now takes nobody's place among the queries that they may ask at once. */
function unlimited(caller: Caller): Caller {
  return { ...caller, limits: { ...caller.limits, concurrentQueries: Number.POSITIVE_INFINITY } };
}
