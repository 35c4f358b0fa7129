import type { Node, SelectStmt } from 'libpg-query';
import type { ParsedStatement } from '../parse.ts';
import { SqlError } from '../sql-error.ts';
import { plainCommand } from './command.ts';
import type { Command } from './command.ts';
import type { SessionContext } from './session-context.ts';
import { copyCommand } from './copy-command.ts';
import { closeCommand, declareCommand, fetchCommand } from './cursor-commands.ts';
import { explainCommand } from './explain-command.ts';
import { deallocateCommand, discardCommand, executeCommand, prepareCommand } from './prepared-commands.ts';
import { setConfigCommand } from './set-config.ts';
import { setCommand, showCommand } from './setting-commands.ts';
import { isExit, transactionCommand } from './transaction-commands.ts';

/** What a statement is made a command of. */
interface Input {
  readonly statement: ParsedStatement;
  readonly types: readonly number[];
  readonly context: SessionContext;
}

type KeyOf<Each> = Each extends unknown ? keyof Each & string : never;
type NodeKind = KeyOf<Node>;
type BodyOf<Kind extends NodeKind> = Extract<Node, Record<Kind, unknown>>[Kind];
type Compilers = {
  readonly [Kind in NodeKind]?: (body: BodyOf<Kind>, input: Input) => Command | Promise<Command>;
};

const compilers: Compilers = {
  SelectStmt: select,
  TransactionStmt: (body, { context }) => transactionCommand(body, context),
  VariableSetStmt: (body, { context }) => setCommand(body, context),
  VariableShowStmt: (body, { context }) => showCommand(body, context),
  DeclareCursorStmt: (body, { statement, types, context }) => declareCommand(body, statement, types, context),
  FetchStmt: (body, { context }) => fetchCommand(body, context),
  ClosePortalStmt: (body, { context }) => closeCommand(body, context),
  PrepareStmt: (body, { statement, context }) => prepareCommand(body, statement, context),
  ExecuteStmt: (body, { statement, context }) => executeCommand(body, statement, context),
  DeallocateStmt: (body, { context }) => deallocateCommand(body, context),
  DiscardStmt: (body, { context }) => discardCommand(body, context),
  ExplainStmt: (body, { statement, types, context }) => explainCommand(body, statement, types, context),
  CopyStmt: (body, { statement, types, context }) => copyCommand(body, statement, types, context),
  // Nothing is ever announced; tools that listen for changes are content with silence.
  ListenStmt: () => plainCommand(() => 'LISTEN'),
  UnlistenStmt: () => plainCommand(() => 'UNLISTEN'),
};

/** Makes a command of a statement. Throws SqlError 25006 for all that would change something. */
export async function compile(input: Input): Promise<Command> {
  const [[kind, body] = ['', undefined]] = Object.entries(input.statement.node);
  const compiler = (compilers as Record<string, ((body: unknown, input: Input) => Command) | undefined>)[
    kind
  ];
  if (compiler === undefined) throw readOnly(commandName(kind));
  return compiler(body, input);
}

/** Whether a statement may come after an error, before its transaction has ended: those that end it. */
export function endsTransaction({ node }: ParsedStatement): boolean {
  return 'TransactionStmt' in node && isExit(node.TransactionStmt);
}

async function select(body: SelectStmt, { statement, types, context }: Input): Promise<Command> {
  refuseWrites(body);
  const setting = setConfigCommand(body, context);
  if (setting !== undefined) return setting;
  const prepared = await context.prepare(statement, types);
  return {
    parameterTypes: prepared.parameterTypes,
    fields: prepared.fields,
    run: async (binding) => ({
      kind: 'rows',
      rows: await prepared.open(binding),
      tag: selected,
    }),
  };
}

function selected(rows: number): string {
  return `SELECT ${rows}`;
}

/** Parts of a query that write or lock. */
function refuseWrites({ intoClause, lockingClause, withClause }: SelectStmt): void {
  if (intoClause !== undefined) throw readOnly('SELECT INTO');
  if (lockingClause !== undefined) throw readOnly('SELECT FOR UPDATE');
  for (const each of withClause?.ctes ?? []) {
    const query = 'CommonTableExpr' in each ? each.CommonTableExpr.ctequery : undefined;
    const [kind = 'SelectStmt'] = Object.keys(query ?? {});
    if (kind !== 'SelectStmt') throw readOnly(commandName(kind));
  }
}

function readOnly(command: string): SqlError {
  return new SqlError({
    code: '25006',
    message: `cannot execute ${command} in a read-only transaction`,
    hint: 'The SQL API answers queries of metrics and writes nothing; marts are made by the models.',
  });
}

/** Those whose nodes are named otherwise. */
const names: Readonly<Record<string, string>> = {
  CreateStmt: 'CreateTable',
  ViewStmt: 'CreateView',
  IndexStmt: 'CreateIndex',
  RefreshMatViewStmt: 'RefreshMaterializedView',
  CheckPointStmt: 'Checkpoint',
};

/** `CreateTableAsStmt` as it is written: CREATE TABLE AS. */
function commandName(kind: string): string {
  return (names[kind] ?? kind)
    .replace(/Stmt$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
}
