import type { Node } from '@pgsql/types';
import type { Logger } from '../../lib/logger.ts';
import { platformCaller } from '../server/access/caller.ts';
import type { Caller } from '../server/access/caller.ts';
import type { AnswerOf } from '../server/answers/answer.ts';
import type { Semantic } from '../server/semantic.ts';
import { actingFor } from './answer/acting-for.ts';
import { mustBeHarmless } from './answer/allowed.ts';
import { createBoundedMap } from './answer/bounded-map.ts';
import type { BoundedMap } from './answer/bounded-map.ts';
import { createCatalogueAnswers } from './answer/catalogue-answers.ts';
import type { CatalogueAnswers } from './answer/catalogue-answers.ts';
import { explainPlan } from './answer/explain.ts';
import { createProfiles } from './answer/profiles.ts';
import type { Profile, Profiles } from './answer/profiles.ts';
import { rowStream } from './answer/row-stream.ts';
import { formKey, isUtc, ownContext, sharedContext } from './answer/settings.ts';
import { understand } from './answer/understood.ts';
import type { PlanContext, Understood } from './answer/understood.ts';
import type { Binding, Prepared, Rows, SqlEngine, SqlVisit } from './engine.ts';
import { loadParser, positionOf } from './parse.ts';
import type { ParsedStatement } from './parse.ts';
import { selectOf } from './planner/ast.ts';
import { withJoinedViews } from './planner/joined-views.ts';
import { Refusal, refused } from './planner/refusal.ts';
import { sqlOf } from './planner/sql-of.ts';
import type { Catalogue } from './postgres/catalogue.ts';
import { createImageStore } from './postgres/image.ts';
import { databaseName, firstRole } from './postgres/schema-script.ts';
import { SqlError } from './sql-error.ts';

export interface EngineOptions {
  readonly semantic: Pick<Semantic, 'together' | 'catalog' | 'servedModel' | 'originOf'>;
  /** Where the files of an empty catalogue are kept, so that they are made once; left out, once a process. */
  readonly folder?: string | undefined;
  readonly logger: Logger;
}

/** Statements that are kept as they were understood. */
const mostStatements = 500;

/** Understands SQL over the views of the semantic layer, and answers it with metrics as they are defined. */
export async function createSqlEngine(options: EngineOptions): Promise<SqlEngine> {
  await loadParser();
  const profiles = createProfiles(options.semantic, createImageStore(options.folder), options.logger);
  const parts: EngineParts = {
    semantic: options.semantic,
    profiles,
    statements: createBoundedMap(mostStatements),
    ofCatalogue: createCatalogueAnswers(),
  };
  const texts = async (sql: string, values: readonly string[]): Promise<string> => {
    const catalogue = await (await profiles.of(platformCaller)).catalogue();
    const [row] = await catalogue.texts(sql, values, { role: firstRole, processId: 0, settings: new Map() });
    return row?.[0] ?? '';
  };
  return {
    database: databaseName,
    prepare: (statement, types, visit) => prepare(parts, statement, types, visit),
    setting: (name, value) => texts('select set_config($1, $2, true)', [name, value]),
    defaultSetting: (name) => texts('select current_setting($1)', [name]),
    close: profiles.close,
  };
}

interface EngineParts {
  readonly semantic: EngineOptions['semantic'];
  readonly profiles: Profiles;
  readonly statements: BoundedMap<Promise<Understood>>;
  readonly ofCatalogue: CatalogueAnswers;
}

async function prepare(
  parts: EngineParts,
  parsed: ParsedStatement,
  types: readonly number[],
  visit: SqlVisit,
): Promise<Prepared> {
  const statement = await statementOf(parsed, visit);
  const context = { own: ownContext(visit), shared: sharedContext(visit), isUtc: isUtc(visit) };
  const known = await understood(parts, statement, types, context);
  const { parameterTypes, fields } = known.description;
  return {
    parameterTypes,
    fields,
    open: (binding) =>
      openRows(parts, known, statement, context, { ...visit, caller: statement.caller }, binding),
    explain: async (binding) => {
      if (known.isOfCatalogue) return ['Catalogue'];
      const { plan } = await known.planOf(binding, context);
      return explainPlan(parts.semantic, plan, statement.caller);
    },
  };
}

/** Whoever sees the same shares how a statement is understood. */
async function understood(
  { semantic, profiles, statements }: EngineParts,
  statement: Statement,
  types: readonly number[],
  context: PlanContext,
): Promise<Understood> {
  const profile = await profiles.of(statement.caller);
  const key = JSON.stringify([profile.key, formKey(context.shared), types, statement.text]);
  const found = statements.get(key);
  if (found !== undefined) return found;
  const catalogue = await profile.catalogue();
  mustBeHarmless(statement.node, statement.text, catalogue.facts);
  const made = understand(
    semantic,
    profile,
    asPostgres(statement, profile, catalogue),
    types,
    context.shared,
  );
  statements.set(key, made);
  made.catch(() => statements.remove(key));
  return made;
}

/** A statement that PostgreSQL itself can read: without what only Cube's SQL API knows. */
function asPostgres(
  { node, text }: Pick<Statement, 'node' | 'text'>,
  { relations }: Profile,
  { facts }: Catalogue,
): Pick<Statement, 'node' | 'text'> {
  try {
    const joined = withJoinedViews(node, relations, facts);
    return joined === node ? { node, text } : { node: joined, text: sqlOf(joined) };
  } catch (error) {
    if (error instanceof Refusal) throw refused(error, (byte) => positionOf(text, byte));
    throw error;
  }
}

async function openRows(
  { ofCatalogue }: EngineParts,
  known: Understood,
  { text }: Statement,
  context: PlanContext,
  { caller, tag }: SqlVisit,
  binding: Binding,
): Promise<Rows> {
  const { profile, description } = known;
  const catalogue = await profile.catalogue();
  if (known.isOfCatalogue) {
    const types = description.parameterTypes;
    const question = { catalogue, profileKey: profile.key, sharing: known.sharing, text, types, ...context };
    return rowStream(await ofCatalogue.run(question, binding), undefined);
  }
  const { runner } = await known.planOf(binding, context);
  const asking = { caller, tag, signal: binding.signal };
  const { rows, of } = await runner.run(catalogue, context.shared, binding.resultFormats, asking);
  return rowStream(rows, noticeOf(of));
}

interface Statement {
  readonly node: Node;
  readonly text: string;
  readonly caller: Caller;
}

/** A SELECT, for whom it is to be answered. */
async function statementOf({ node, text }: ParsedStatement, visit: SqlVisit): Promise<Statement> {
  if (selectOf(node) === undefined)
    throw new SqlError({ code: '0A000', message: 'only SELECT reads metrics', hint: 'Write SELECT.' });
  const acting = actingFor(node);
  if (acting.user === undefined) return { node, text, caller: visit.caller };
  // Its own text names a column that is none.
  return { node: acting.node, text: ownText(acting.node), caller: await visit.actFor(acting.user) };
}

function ownText(node: Node): string {
  try {
    return sqlOf(node);
  } catch (error) {
    throw error instanceof Refusal ? refused(error, () => undefined) : error;
  }
}

function noticeOf(of: readonly AnswerOf[]): string | undefined {
  const [first] = of;
  if (first === undefined) return undefined;
  const { version, publishedAt, sourceCommittedAt } = first.publication;
  const fresh = sourceCommittedAt === null ? '' : `, fresh as of ${sourceCommittedAt}`;
  const published = publishedAt === null ? '' : `, published ${publishedAt}`;
  const stale = of.some(({ isStale }) => isStale) ? '; a newer publication is on its way' : '';
  const from = [...new Set(of.map(({ origin }) => origin))].join(' and ');
  return `publication ${version}${published}${fresh}, from ${from}${stale}`;
}
