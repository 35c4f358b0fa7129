import type { Clock } from '../../lib/clock.ts';

/** A place that connections and variables come from. A text that it gives for a connection is a URI or JSON. */
export interface SecretsBackend {
  readonly getConnection: (connId: string) => Promise<string | undefined>;
  readonly getVariable: (key: string) => Promise<string | undefined>;
}

/** From variables of the environment: `SHOPWAVE_CONN_X`, `AIRFLOW_CONN_X` and the same with VAR, in upper case. */
export function envSecrets(env: Readonly<Record<string, string | undefined>>): SecretsBackend {
  const read = async (kind: 'CONN' | 'VAR', name: string): Promise<string | undefined> =>
    env[`SHOPWAVE_${kind}_${name.toUpperCase()}`] ?? env[`AIRFLOW_${kind}_${name.toUpperCase()}`];
  return {
    getConnection: async (connId) => await read('CONN', connId),
    getVariable: async (key) => await read('VAR', key),
  };
}

/** The first that has it. */
export function chainedSecrets(backends: readonly SecretsBackend[]): SecretsBackend {
  const first = async (
    ask: (backend: SecretsBackend) => Promise<string | undefined>,
  ): Promise<string | undefined> => {
    for (const backend of backends) {
      const found = await ask(backend);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    getConnection: async (connId) => await first((backend) => backend.getConnection(connId)),
    getVariable: async (key) => await first((backend) => backend.getVariable(key)),
  };
}

/** Remembers answers, also that there is none; failures are asked anew. */
export function cachedSecrets(
  backend: SecretsBackend,
  { clock, ttlMs }: { readonly clock: Clock; readonly ttlMs: number },
): SecretsBackend {
  const known = new Map<string, { readonly until: number; readonly value: Promise<string | undefined> }>();
  const cached = async (key: string, ask: () => Promise<string | undefined>): Promise<string | undefined> => {
    const before = known.get(key);
    if (before !== undefined && before.until > clock.monotonicMs()) return await before.value;
    const value = ask();
    known.set(key, { until: clock.monotonicMs() + ttlMs, value });
    return await value.catch((error: unknown) => {
      if (known.get(key)?.value === value) known.delete(key);
      throw error;
    });
  };
  return {
    getConnection: async (connId) => await cached(`c ${connId}`, () => backend.getConnection(connId)),
    getVariable: async (key) => await cached(`v ${key}`, () => backend.getVariable(key)),
  };
}
