import { Namespace } from '../../../lib/jinja/host.ts';
import { own } from '../project/yaml.ts';
import type { Value } from '../../../lib/jinja/values.ts';

/** What a command says of itself to templates. */
export interface RunFlags {
  /** `flags.WHICH`: build, test, compile, docs ... */
  readonly which?: string | undefined;
  readonly fullRefresh?: boolean | undefined;
}

const fixed: Readonly<Record<string, Value>> = {
  STORE_FAILURES: false,
  EMPTY: false,
  INDIRECT_SELECTION: 'eager',
  DEBUG: false,
  FAIL_FAST: false,
  PRINT: true,
  QUIET: false,
  INTROSPECT: true,
  VERSION_CHECK: true,
  WRITE_JSON: true,
};

/** `flags`. */
export function flagsObject({ which = 'build', fullRefresh = false }: RunFlags = {}): Value {
  const values: Readonly<Record<string, Value>> = { ...fixed, WHICH: which, FULL_REFRESH: fullRefresh };
  return new Namespace('flags', (name) => own(values, name));
}
