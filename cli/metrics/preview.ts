import type { Finding } from '../../semantic/validate/finding.ts';
import type { Model } from '../../semantic/validate/model.ts';
import { readModel, validateModel } from '../../semantic/validate/validate.ts';
import type { OperationResult } from '../operations/operation.ts';
import { readProject } from '../transform/project.ts';
import { promisedBy } from './marts-of-project.ts';
import type { ModelTexts } from './trial-input.ts';

/** What `metrics validate` says of the file in which a metric is written; of all files, where the model cannot be read. */
export async function findingsFor(
  metric: string,
  { files }: ModelTexts,
  onWarning: (message: string) => void,
): Promise<readonly Finding[]> {
  const read = readModel(files);
  if (read.kind === 'unreadable') return read.findings;
  const file = fileOf(metric, read.model);
  const findings = validateModel(read.model, promisedBy(await readProject({ onWarning })));
  return findings.filter(({ where }) => where.startsWith(`${file}:`));
}

/** Short name or member; the last place is what a view shows it from. */
function fileOf(metric: string, { cubes, views }: Model): string | undefined {
  const found = views
    .flatMap((view) => view.exposed.map((each) => ({ ...each, full: `${view.name}.${each.name}` })))
    .find(({ name, full, cube, member }) => {
      const isMetric = cubes.get(cube)?.measures.has(member) === true;
      return isMetric && (name === metric || full === metric);
    });
  if (found === undefined) return undefined;
  return cubes.get(found.cube)?.measures.get(found.member)?.at('name').split(':')[0];
}

/** The numbers with what is wrong with their definition, said before them. */
export function withFindings(result: OperationResult, findings: readonly Finding[]): OperationResult {
  if (result.kind !== 'rows') return result;
  const lines =
    findings.length === 0
      ? ['metrics validate: nothing is wrong with its file']
      : findings.map(({ where, rule, message, remedy }) => `${where}: ${rule}: ${message}. ${remedy}`);
  return {
    ...result,
    preface: [...(result.preface ?? []), ...lines, ''],
    json: (result.json ?? []).map((each) => ({ ...each, findings: findings.map((one) => ({ ...one })) })),
  };
}
