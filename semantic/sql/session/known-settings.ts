import type { SqlEngine } from '../engine.ts';

const mostKept = 1000;

/** An engine that is asked for the same setting only once: every connection asks for a dozen at its start. */
export function withKnownSettings(engine: SqlEngine): SqlEngine {
  return {
    ...engine,
    setting: remembered((name, value) => engine.setting(name, value)),
    defaultSetting: remembered((name) => engine.defaultSetting(name)),
  };
}

/** What went wrong is asked for again. */
function remembered<Args extends readonly string[]>(
  ask: (...args: Args) => Promise<string>,
): (...args: Args) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (...args) => {
    const key = JSON.stringify(args);
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= mostKept) known.clear();
    const asked = ask(...args);
    known.set(key, asked);
    asked.catch(() => known.delete(key));
    return asked;
  };
}
