import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import { semanticErrors } from '../errors.ts';
import type { BindProblem, CubeReader } from './cube-reader.ts';
import type { CompiledCube, CubeServer } from './cube-server.ts';
import { metricCatalog } from './metric-catalog.ts';
import type { CatalogView } from './metric-catalog.ts';
import { definingFile, fileOfError } from './model-files.ts';
import type { ModelFile } from './model-files.ts';

/** What a check of the model needs. */
export interface CheckedModel {
  readonly server: CubeServer;
  readonly modelDir: string;
  readonly modelFiles: readonly ModelFile[];
  readonly bind: CubeReader['bind'];
}

/** Cube cannot even write the statement, or the warehouse does not bind it. */
type MemberProblem = BindProblem | { readonly kind: 'unwritable'; readonly text: string };

/** Compiles the model; throws SEMANTIC_MODEL_INVALID with the file. */
export async function compileModel(model: CheckedModel): Promise<void> {
  try {
    await model.server.compile();
  } catch (error) {
    if (error instanceof ShopwaveError) throw error;
    const text = plainText(messageOf(error));
    throw invalid(model, text, fileOfError(text, model.modelFiles)?.fileName, error);
  }
}

/**
 * Binds one statement per view, and only when that fails one per member, to tell which. Throws SEMANTIC_MODEL_INVALID
 * or SEMANTIC_MODEL_COLUMN_UNKNOWN with the file; resolves to the views whose marts are not published yet.
 */
export async function checkColumns(model: CheckedModel, viewNames: readonly string[]): Promise<string[]> {
  const answer = await model.server.meta();
  const views = metricCatalog(answer.body).views.filter((view) => viewNames.includes(view.name));
  const unpublished: string[] = [];
  for (const view of views) {
    const problem = await bindMembers(model, view.members);
    if (problem === undefined) continue;
    if (problem.kind !== 'unpublished') throw await memberError(model, view, problem);
    unpublished.push(view.name);
  }
  return unpublished;
}

/** Finds the member that is to blame, and its file. */
async function memberError(model: CheckedModel, view: CatalogView, problem: MemberProblem): Promise<Error> {
  for (const member of view.members) {
    const own = await bindMembers(model, [member]);
    if (own === undefined) continue;
    const text = `${member.name}: ${own.text}`;
    const file = await fileOfMember(model, view, member.name);
    if (own.kind === 'unwritable') {
      return invalid(model, text, fileOfError(own.text, model.modelFiles)?.fileName ?? file);
    }
    const where = path.join(model.modelDir, file);
    return semanticErrors.error('SEMANTIC_MODEL_COLUMN_UNKNOWN', { message: text, where });
  }
  return invalid(model, `${view.name}: ${problem.text}`, undefined);
}

async function bindMembers(
  { server, bind }: CheckedModel,
  members: CatalogView['members'],
): Promise<MemberProblem | undefined> {
  const { status, body } = await server.sql({
    measures: members.filter((each) => each.kind === 'measure').map((each) => each.name),
    dimensions: members.filter((each) => each.kind === 'dimension').map((each) => each.name),
  });
  if (status !== 200) return { kind: 'unwritable', text: String(body['error']) };
  const { sql } = body['sql'] as { sql: [string, unknown[]] };
  return bind(sql[0]);
}

/** A view's member is written in the cube that it is taken from. */
async function fileOfMember(model: CheckedModel, view: CatalogView, member: string): Promise<string> {
  const cubeOf = await model.server.compile();
  const compiled: CompiledCube = cubeOf(view.name);
  const included = compiled.includedMembers?.find((each) => `${view.name}.${each.name}` === member);
  const [source, name] = included?.memberPath.split('.') ?? [];
  if (source === undefined || name === undefined) return compiled.fileName;
  return definingFile(model.modelFiles, source, name) ?? cubeOf(source).fileName;
}

function invalid(model: CheckedModel, message: string, file: string | undefined, cause?: unknown): Error {
  const where = file === undefined ? model.modelDir : path.join(model.modelDir, file);
  return semanticErrors.error('SEMANTIC_MODEL_INVALID', { message, where, cause });
}

/** Without headings, and without the colours of code frames. */
function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/^Compile errors:\s*(?:Errors:\s*)?/, '')
    .trim();
}
