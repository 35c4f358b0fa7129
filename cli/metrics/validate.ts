import path from 'node:path';
import { publishedFindings } from '../../semantic/validate/lock.ts';
import type { Finding } from '../../semantic/validate/finding.ts';
import { lockFileName, readLock } from '../../semantic/validate/lock-file.ts';
import type { Model } from '../../semantic/validate/model.ts';
import { readTexts } from '../../semantic/validate/read-texts.ts';
import { readModel, validateModel } from '../../semantic/validate/validate.ts';
import { cliErrors } from '../errors.ts';
import { rowsResult } from '../operations/operation.ts';
import type { OperationResult } from '../operations/operation.ts';
import { readProject } from '../transform/project.ts';
import { promisedBy } from './marts-of-project.ts';

/** What `metrics validate` and `metrics lock` are told. */
export interface ModelInput {
  /** The folder with cubes/ and views/. */
  readonly modelFolder: string;
  readonly onWarning: (message: string) => void;
}

/** Either a model without a fault but what was published of it, or what is wrong with it. */
export async function checkedModel(input: ModelInput): Promise<Model | readonly Finding[]> {
  const read = readModel(await readTexts(input.modelFolder));
  if (read.kind === 'unreadable') return read.findings;
  const project = await readProject({ onWarning: input.onWarning });
  const findings = validateModel(read.model, promisedBy(project));
  return findings.length > 0 ? findings : read.model;
}

/** `metrics validate`: all that is wrong with the model, by file and line. */
export async function validateMetrics(input: ModelInput): Promise<OperationResult> {
  const checked = await checkedModel(input);
  const findings =
    'cubes' in checked ? publishedFindings(checked, await readLock(input.modelFolder)) : checked;
  return findingRows(findings, input.modelFolder);
}

/** Findings as rows, and as the failure of the command. */
export function findingRows(findings: readonly Finding[], folder: string): OperationResult {
  const [first] = findings;
  const rows = findings.map(({ where, rule, message, remedy }) => ({ where, rule, message, remedy }));
  if (first === undefined) {
    return rowsResult([], {
      columns: [...columns],
      notes: [`the model is as it should be, and ${lockFileName} says so`],
    });
  }
  return rowsResult(rows, {
    columns: [...columns],
    failure: cliErrors.error('CLI_MODEL_INVALID', {
      message: `${findings.length} things are wrong with the metric model; the first: ${first.message}`,
      where: path.join(folder, first.where),
      remedy: first.remedy,
    }),
  });
}

const columns = ['where', 'rule', 'message', 'remedy'] as const;
