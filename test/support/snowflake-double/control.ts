import { z } from 'zod';
import { succeeded } from './answers.ts';
import type { Answer } from './answers.ts';
import type { SnowflakeDouble } from './double.ts';
import type { FaultAction, FaultRule } from './faults.ts';

const action = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), status: z.number() }),
  z.object({ kind: z.enum(['reset-before', 'reset-after', 'reset-midway', 'silent']) }),
  z.object({ kind: z.enum(['slow', 'slow-reply']), ms: z.number() }),
  z.object({ kind: z.enum(['token-expired', 'session-gone', 'gone-after', 'jwt-refused']) }),
  z.object({ kind: z.literal('refuse'), code: z.string(), sqlState: z.string(), message: z.string() }),
]) satisfies z.ZodType<FaultAction>;

const endpoints = [
  'login',
  'query',
  'result',
  'status',
  'cancel',
  'heartbeat',
  'renew',
  'logout',
  'chunk',
  'telemetry',
] as const;

const sentPattern = z.object({ source: z.string(), flags: z.string() });

/** A rule as it crosses to another process: the pattern is its source. */
const sentRule = z.object({
  do: action,
  on: z.enum(endpoints).optional(),
  sql: sentPattern.optional(),
  tag: sentPattern.optional(),
  times: z.number().optional(),
  after: z.number().optional(),
});

export type SentRule = z.infer<typeof sentRule>;

/** A rule for a double in another process: work of this one is none of its. */
export type RemoteRule = Omit<FaultRule, 'do'> & { readonly do: z.infer<typeof action> };

export function sent({ sql, tag, ...rule }: RemoteRule): SentRule {
  return { ...rule, ...patternSent('sql', sql), ...patternSent('tag', tag) };
}

function patternSent(name: 'sql' | 'tag', pattern: RegExp | undefined): Pick<SentRule, 'sql' | 'tag'> {
  return pattern === undefined ? {} : { [name]: { source: pattern.source, flags: pattern.flags } };
}

function patternRead(
  name: 'sql' | 'tag',
  pattern: z.infer<typeof sentPattern> | undefined,
): Pick<FaultRule, 'sql' | 'tag'> {
  return pattern === undefined ? {} : { [name]: new RegExp(pattern.source, pattern.flags) };
}

type Door = (double: SnowflakeDouble, body: unknown) => Promise<unknown>;

/** What a test does to a double in another process, beside Snowflake's own doors. */
const doors: Readonly<Record<string, Door>> = {
  '/double/statements': async (double) => double.statements,
  '/double/trouble': async ({ strange, internalErrors, loginFailures }) => ({
    strange,
    internalErrors: internalErrors.map(String),
    loginFailures,
  }),
  '/double/fault': async (double, body) => {
    const { sql, tag, ...rule } = sentRule.parse(body);
    double.faults.add({ ...rule, ...patternRead('sql', sql), ...patternRead('tag', tag) } as FaultRule);
    return null;
  },
  '/double/clear-faults': async (double) => {
    double.faults.clear();
    return null;
  },
  '/double/query': async (double, body) => {
    const rows = await double.admin.query(z.object({ sql: z.string() }).parse(body).sql);
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)])),
    );
  },
};

export async function controlAnswer(
  double: SnowflakeDouble,
  path: string,
  body: unknown,
): Promise<Answer | undefined> {
  const door = doors[path];
  return door === undefined ? undefined : succeeded(await door(double, body));
}

/** JSON has no wide integers; what else it has not is shown by itself. */
function plainValue(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
