import { formatDuration } from '../../lib/duration.ts';

/** A transaction of the source that has been open for long. */
export interface LongTransaction {
  readonly pid: number;
  /** Application, user and state, for people. */
  readonly who: string;
  readonly seconds: number;
}

/** What the health of a slot is judged by. */
export interface SlotHealthFacts {
  /** reserved, extended, unreserved or lost; null or undefined when there is no slot. */
  readonly walStatus: string | null | undefined;
  /** Log that the slot keeps the server from removing. */
  readonly retainedBytes: number;
  /** Log that is not landed. */
  readonly lagBytes: number;
  /** Age of the last landed commit, where something is not landed. */
  readonly lagSeconds: number;
  /** Log that may still be written before the slot is lost; undefined when the server sets no limit. */
  readonly budgetLeftBytes: number | undefined;
  /** The whole budget, max_slot_wal_keep_size; undefined when there is no limit. */
  readonly budgetBytes: number | undefined;
  /** How fast the log grows; undefined when that is not known yet. */
  readonly bytesPerSecond: number | undefined;
  readonly longTransactions: readonly LongTransaction[];
}

export type HealthLevel = 'ok' | 'warn' | 'page';

/** One thing about the slot, judged. */
export interface HealthFinding {
  readonly what: string;
  readonly level: HealthLevel;
  readonly value: string;
  /** What to do about it; empty when nothing. */
  readonly advice: string;
}

/** Limits of the levels, in their units; alarms read the same ones. */
export const healthLimits = {
  lagSeconds: { warn: 600, page: 1_800 },
  /** Share of the budget that is left. */
  budgetLeft: { warn: 0.5, page: 0.2 },
  exhaustionSeconds: { warn: 43_200, page: 14_400 },
  transactionSeconds: { warn: 1_800, page: 14_400 },
} as const;

type Judge = (facts: SlotHealthFacts) => HealthFinding | undefined;

const judges: readonly Judge[] = [slotState, lag, budget, exhaustion, longTransactions];

/** Judges a slot; the same facts always give the same findings. */
export function slotHealth(facts: SlotHealthFacts): {
  readonly level: HealthLevel;
  readonly findings: readonly HealthFinding[];
} {
  const findings = judges.flatMap((judge) => judge(facts) ?? []);
  return { level: worstOf(findings), findings };
}

/** The level of all findings together. */
export function worstOf(findings: readonly HealthFinding[]): HealthLevel {
  const level = (['page', 'warn'] as const).find((each) => findings.some((found) => found.level === each));
  return level ?? 'ok';
}

/** Seconds until the slot is lost if nothing is landed and the log grows on; undefined when that cannot be said. */
export function secondsToExhaustion(facts: SlotHealthFacts): number | undefined {
  const { budgetLeftBytes, bytesPerSecond } = facts;
  if (budgetLeftBytes === undefined || bytesPerSecond === undefined || bytesPerSecond <= 0) return undefined;
  return Math.max(0, budgetLeftBytes) / bytesPerSecond;
}

function slotState({ walStatus, retainedBytes }: SlotHealthFacts): HealthFinding {
  const what = 'slot';
  const value = `${walStatus ?? 'missing'}, keeps ${megabytes(retainedBytes)} of log`;
  if (walStatus === 'reserved' || walStatus === 'extended') return { what, level: 'ok', value, advice: '' };
  const advice =
    walStatus === 'unreserved'
      ? 'Capture now: the next checkpoint may remove what the slot needs.'
      : 'Run `shopwave sources postgres resync`.';
  return { what, level: 'page', value, advice };
}

function lag({ lagBytes, lagSeconds }: SlotHealthFacts): HealthFinding {
  const level = above(lagSeconds, healthLimits.lagSeconds);
  return {
    what: 'lag',
    level,
    value: `${megabytes(lagBytes)}, ${formatDuration(lagSeconds * 1000)}`,
    advice: level === 'ok' ? '' : 'See `shopwave tasks states-for-dag-run` for why capture does not keep up.',
  };
}

function budget({ budgetLeftBytes: left, budgetBytes: whole }: SlotHealthFacts): HealthFinding {
  const what = 'log budget';
  if (whole === undefined || left === undefined || whole === 0) {
    const advice =
      'Without max_slot_wal_keep_size a capture that stands still fills the disk of the shop. Set it.';
    return { what, level: 'warn', value: 'no limit', advice };
  }
  const share = left / whole;
  const { warn, page } = healthLimits.budgetLeft;
  const level = share <= page ? 'page' : share <= warn ? 'warn' : 'ok';
  return {
    what,
    level,
    value: `${Math.max(0, Math.round(share * 100))}% of ${megabytes(whole)} left`,
    advice:
      level === 'ok' ? '' : 'Let capture catch up, or raise max_slot_wal_keep_size (a reload is enough).',
  };
}

function exhaustion(facts: SlotHealthFacts): HealthFinding | undefined {
  const seconds = secondsToExhaustion(facts);
  if (seconds === undefined) return undefined;
  const { warn, page } = healthLimits.exhaustionSeconds;
  const level = seconds < page ? 'page' : seconds < warn ? 'warn' : 'ok';
  const rate = `${megabytes(facts.bytesPerSecond ?? 0)}/s`;
  return {
    what: 'slot would be lost in',
    level,
    value: `${formatDuration(seconds * 1000)} at ${rate}`,
    advice:
      level === 'ok' ? '' : 'Let capture catch up, or raise max_slot_wal_keep_size (a reload is enough).',
  };
}

function longTransactions({ longTransactions: open }: SlotHealthFacts): HealthFinding | undefined {
  const [longest] = [...open].sort((left, right) => right.seconds - left.seconds);
  if (longest === undefined) return undefined;
  const level = above(longest.seconds, healthLimits.transactionSeconds);
  return {
    what: 'open transactions',
    level,
    value: open
      .map(({ pid, who, seconds }) => `process ${pid} (${who}) for ${formatDuration(seconds * 1000)}`)
      .join('; '),
    advice:
      level === 'ok'
        ? ''
        : `The slot keeps all log since it began. End it: select pg_terminate_backend(${longest.pid});`,
  };
}

function above(value: number, limits: { readonly warn: number; readonly page: number }): HealthLevel {
  if (value >= limits.page) return 'page';
  return value >= limits.warn ? 'warn' : 'ok';
}

function megabytes(bytes: number): string {
  return bytes < 1_048_576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}
