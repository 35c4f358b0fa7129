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
    storeFailures: storesFailures(merged) ?? defaults.storeFailures,
    failCalc: merged.fail_calc ?? defaults.failCalc,
    tags: merged.tags ?? [],
    meta: merged.meta ?? {},
    schema: merged.schema ?? undefined,
    alias: merged.alias ?? undefined,
    group: merged.group ?? undefined,
  };
}

/** dbt's rule: where failures go decides whether they are kept, over store_failures. */
function storesFailures({
  store_failures_as: place,
  store_failures: flag,
}: AuthoredTestConfig): boolean | undefined {
  return place === undefined || place === null ? (flag ?? undefined) : place === 'table';
}

/** A test's settings under the names that config.get() reads them by. */
export function settingsOfTest(config: TestConfig): Authored {
  return {
    enabled: true,
    severity: config.severity,
    error_if: config.errorIf,
    warn_if: config.warnIf,
    where: config.where,
    limit: config.limit,
    store_failures: config.storeFailures,
    fail_calc: config.failCalc,
    tags: config.tags,
    meta: config.meta,
    schema: config.schema,
    alias: config.alias,
    group: config.group,
  };
}
