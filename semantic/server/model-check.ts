import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { messageOf, ShopwaveError } from '../../lib/errors.ts';
import { semanticErrors } from '../errors.ts';
import type { BindProblem, CubeReader } from './cube-reader.ts';
import type { CompiledCube, CubeServer } from './cube-server.ts';
import { metricCatalog } from './metric-catalog.ts';
import type { CatalogView } from './metric-catalog.ts';
import { placeOfError, placeOfMember } from './model-files.ts';
import type { ServedModel } from './model-files.ts';

/** What a check of the model needs. */
export interface CheckedModel {
  readonly server: Pick<CubeServer, 'compile' | 'meta' | 'sql'>;
  readonly model: ServedModel;
  readonly bind: CubeReader['bind'];
}

/** Cube cannot even write the statement, or the warehouse does not bind it. */
type MemberProblem = BindProblem | { readonly kind: 'unwritable'; readonly text: string };

/** Compiles the model; throws SEMANTIC_MODEL_INVALID with the file. */
export async function compileModel({ server, model }: Pick<CheckedModel, 'server' | 'model'>): Promise<void> {
  try {
    await server.compile(model);
  } catch (error) {
    if (error instanceof ShopwaveError) throw error;
    const text = plainText(messageOf(error));
    throw invalid(model, text, placeOfError(text, model), error);
  }
}

/**
 * Binds one statement per view, and only when that fails one per member, to tell which. Throws SEMANTIC_MODEL_INVALID
 * or SEMANTIC_MODEL_COLUMN_UNKNOWN with the file; resolves to the views whose marts are not published yet.
 */
export async function checkColumns(checked: CheckedModel, viewNames: readonly string[]): Promise<string[]> {
  const answer = await checked.server.meta(undefined, checked.model);
  const views = metricCatalog(answer.body).views.filter((view) => viewNames.includes(view.name));
  const unpublished: string[] = [];
  for (const view of views) {
    const problem = await bindMembers(checked, view.members);
    if (problem === undefined) continue;
    if (problem.kind !== 'unpublished') throw await memberError(checked, view, problem);
    unpublished.push(view.name);
  }
  return unpublished;
}

/** Finds the member that is to blame, and where it is written. */
async function memberError(checked: CheckedModel, view: CatalogView, problem: MemberProblem): Promise<Error> {
  const { model } = checked;
  for (const member of view.members) {
    const own = await bindMembers(checked, [member]);
    if (own === undefined) continue;
    const text = `${member.name}: ${own.text}`;
    const place = await placeOf(checked, view, member.name);
    if (own.kind === 'unwritable') return invalid(model, text, placeOfError(own.text, model) ?? place);
    const where = path.join(model.folder, place);
    return semanticErrors.error('SEMANTIC_MODEL_COLUMN_UNKNOWN', { message: text, where });
  }
  return invalid(model, `${view.name}: ${problem.text}`, undefined);
}

async function bindMembers(
  { server, model, bind }: CheckedModel,
  members: CatalogView['members'],
): Promise<MemberProblem | undefined> {
  const query = {
    measures: members.filter((each) => each.kind === 'measure').map((each) => each.name),
    dimensions: members.filter((each) => each.kind === 'dimension').map((each) => each.name),
  };
  const { status, body } = await server.sql(query, undefined, model);
  if (status !== 200) return { kind: 'unwritable', text: String(body['error']) };
  const { sql } = body['sql'] as { sql: [string, unknown[]] };
  return bind(sql[0]);
}

/** A view's member is written in the cube that it is taken from. */
async function placeOf({ server, model }: CheckedModel, view: CatalogView, member: string): Promise<string> {
  const cubeOf = await server.compile(model);
  const compiled: CompiledCube = cubeOf(view.name);
  const included = compiled.includedMembers?.find((each) => `${view.name}.${each.name}` === member);
  const [source, name] = included?.memberPath.split('.') ?? [];
  if (source === undefined || name === undefined) return compiled.fileName;
  return placeOfMember(model, source, name) ?? cubeOf(source).fileName;
}

function invalid(model: ServedModel, message: string, place: string | undefined, cause?: unknown): Error {
  const where = place === undefined ? model.folder : path.join(model.folder, place);
  return semanticErrors.error('SEMANTIC_MODEL_INVALID', { message, where, cause });
}

/** Without headings, and without the colours of code frames. */
function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/^Compile errors:\s*(?:Errors:\s*)?/, '')
    .trim();
}
