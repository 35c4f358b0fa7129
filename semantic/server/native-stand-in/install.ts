import { semanticErrors } from '../../errors.ts';
import { PlainYamlEngine } from './jinja-engine.ts';
import { redactSqlLiterals } from './redact-sql.ts';
import { finalResult, finalResultMulti } from './final-result.ts';

/** What is replaced of the exports of @cubejs-backend/native; all its users look functions up when they call them. */
export interface NativeExports {
  loadNative: () => unknown;
  NativeInstance: { readonly prototype: Record<string, unknown> };
  [name: string]: unknown;
}

/** Exports whose work is the native module's alone: the SQL API, the Tesseract planner, Cube Store, SWC, Python. */
const nativeOnly = {
  registerInterface: 'the SQL API',
  shutdownInterface: 'the SQL API',
  execSql: 'the SQL API',
  sql4sql: 'the SQL API',
  rest4sql: 'the SQL API',
  buildSqlAndParams: 'the Tesseract planner',
  parseCubestoreResultMessage: 'Cube Store',
  getCubestoreResult: 'Cube Store',
  transpileJs: 'native transpilation',
  transpileYaml: 'native transpilation',
  pythonLoadConfig: 'Python configuration',
} as const;

/**
 * Lets Cube 1.7 run without the binary that its package downloads at install time. Where the binary loads, nothing
 * is changed. Call it before server-core is constructed: its constructor already needs `setupLogger`.
 */
export function installNativeStandIn(native: NativeExports): 'binary' | 'stand-in' {
  if (loads(native)) return 'binary';
  Object.assign(native, {
    setupLogger: () => {},
    resetLogger: () => {},
    isFallbackBuild: () => true,
    redactSqlLiterals,
    getFinalQueryResult: async (...args: Parameters<typeof finalResult>) => finalResult(...args),
    getFinalQueryResultMulti: async (...args: Parameters<typeof finalResultMulti>) =>
      finalResultMulti(...args),
  });
  for (const [name, feature] of Object.entries(nativeOnly)) native[name] = unavailable(feature);
  native.NativeInstance.prototype['newJinjaEngine'] = () => new PlainYamlEngine();
  native.NativeInstance.prototype['loadPythonContext'] = unavailable('a Python context');
  return 'stand-in';
}

function loads(native: NativeExports): boolean {
  try {
    native.loadNative();
    return true;
  } catch {
    return false;
  }
}

// Synchronous on purpose: `buildSqlAndParams` is called without await, the others do not mind.
function unavailable(feature: string): () => never {
  return () => {
    throw semanticErrors.error('SEMANTIC_NATIVE_MISSING', {
      message: `${feature} needs the binary of @cubejs-backend/native, which is not installed`,
    });
  };
}
