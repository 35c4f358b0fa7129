import { testConfigSchema } from './config-schema.ts';
import type { AuthoredTestConfig } from './config-schema.ts';
import type { TestConfig } from './model.ts';
import { defaultTestConfig as defaults } from './properties.ts';
import { mergeSettings } from './settings.ts';
import type { Authored } from './settings.ts';

/** A test's settings after all places were put together; they were checked one by one. */
export function toTestConfig(levels: readonly Authored[]): TestConfig & { readonly enabled: boolean } {
  if (levels.every((level) => Object.keys(level).length === 0)) return { ...defaults, enabled: true };
  const merged: AuthoredTestConfig = testConfigSchema.parse(mergeSettings(levels));
  return {
    enabled: merged.enabled ?? true,
    severity: merged.severity ?? defaults.severity,
    errorIf: merged.error_if ?? defaults.errorIf,
    warnIf: merged.warn_if ?? defaults.warnIf,
    where: merged.where ?? undefined,
    limit: merged.limit ?? undefined,
    storeFailures: merged.store_failures ?? defaults.storeFailures,
    failCalc: merged.fail_calc ?? defaults.failCalc,
    tags: merged.tags ?? [],
    meta: merged.meta ?? {},
  };
}
