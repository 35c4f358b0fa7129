import { writeFile } from 'node:fs/promises';
import { breakingChanges } from '../../semantic/validate/lock.ts';
import { lockPath, lockText, readLock } from '../../semantic/validate/lock-file.ts';
import { publishable } from '../../semantic/validate/published.ts';
import { rowsResult } from '../operations/operation.ts';
import type { OperationResult } from '../operations/operation.ts';
import { checkedModel, findingRows } from './validate.ts';
import type { ModelInput } from './validate.ts';

/** `metrics lock`: writes what is published from now on, unless that breaks what was. */
export async function lockMetrics(input: ModelInput): Promise<OperationResult> {
  const checked = await checkedModel(input);
  const published = (await readLock(input.modelFolder)) ?? {};
  const findings = 'cubes' in checked ? breakingChanges(checked, published) : checked;
  if (!('cubes' in checked) || findings.length > 0) return findingRows(findings, input.modelFolder);
  const metrics = publishable(checked);
  await writeFile(lockPath(input.modelFolder), lockText(metrics));
  const rows = metrics.flatMap((metric) => {
    const before = published[metric.member];
    const change = before === undefined ? 'added' : changeOf(before.meaning, metric.meaning);
    return change === undefined
      ? []
      : [{ metric: metric.member, change, tier: metric.tier, version: metric.version }];
  });
  const gone = Object.entries(published)
    .filter(([member]) => !metrics.some((metric) => metric.member === member))
    .map(([metric, { tier, version }]) => ({ metric, change: 'removed', tier, version }));
  return rowsResult([...rows, ...gone], {
    columns: ['metric', 'change', 'tier', 'version'],
    notes: [`wrote ${lockPath(input.modelFolder)}: ${metrics.length} metrics`],
  });
}

function changeOf(before: readonly string[], now: readonly string[]): string | undefined {
  return JSON.stringify(before) === JSON.stringify(now) ? undefined : 'changed';
}
