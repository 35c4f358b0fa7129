import type { EngineSession, Login, Outcome, StatementRun } from '../contract.ts';
import { runStatement } from './commands.ts';
import { dropWithinSession } from './session-end.ts';
import { refused } from './refused.ts';
import { applyTimeZone } from './session-commands.ts';
import { SessionState } from './session-state.ts';
import { StreamedRows } from './query.ts';
import type { EngineState } from './state.ts';
import { rollback } from './transactions.ts';

let sessions = 0;

/** Opens a session: what a login asks for and is not there is passed over, as Snowflake does, but for the role. */
export async function openSession(engine: EngineState, login: Login): Promise<EngineSession> {
  sessions += 1;
  const state = new SessionState(String(sessions), login, await engine.physical.connect());
  try {
    placeAtLogin(engine, state, login);
    for (const [name, value] of Object.entries(login.parameters))
      state.parameters.change(name.toUpperCase(), value, true);
    await applyTimeZone(state);
  } catch (error) {
    state.connection.closeSync();
    throw error;
  }
  engine.sessions.add(state);
  return new Session(engine, state);
}

function placeAtLogin(
  { catalog, warehouses, objects }: EngineState,
  state: SessionState,
  login: Login,
): void {
  state.role = upper(login.role) ?? 'PUBLIC';
  if (objects.find('ROLE', [state.role]) === undefined)
    throw refused('missingObject', `Role '${state.role}'`);
  const warehouse = upper(login.warehouse);
  state.warehouse = warehouse !== null && warehouses.all.has(warehouse) ? warehouse : null;
  const database = upper(login.database);
  state.database = database !== null && catalog.databases.has(database) ? database : null;
  const schemas = catalog.databases.get(state.database ?? '')?.schemas;
  const schema = upper(login.schema) ?? 'PUBLIC';
  state.schema = schemas?.has(schema) === true ? schema : null;
}

function upper(name: string | undefined): string | null {
  return name === undefined || name === '' ? null : name.toUpperCase();
}

/** One statement after the other. */
class Session implements EngineSession {
  private readonly engine: EngineState;
  private readonly state: SessionState;
  private tail: Promise<unknown> = Promise.resolve();
  private isEnded = false;
  private reading: StreamedRows | undefined;

  constructor(engine: EngineState, state: SessionState) {
    this.engine = engine;
    this.state = state;
  }

  get context(): EngineSession['context'] {
    const { role, warehouse, database, schema } = this.state;
    return { role, warehouse, database, schema };
  }

  get parameters(): ReadonlyMap<string, string> {
    return this.state.parameters.set;
  }

  async run(statement: StatementRun): Promise<Outcome> {
    if (this.isEnded) throw refused('cancelled');
    const before = this.tail;
    let free: () => void = () => {};
    this.tail = new Promise<void>((resolve) => {
      free = resolve;
    });
    await before;
    try {
      statement.signal.throwIfAborted();
      const outcome = await this.runAlone(statement);
      if (outcome.kind === 'rows' && outcome.rows instanceof StreamedRows) {
        this.reading = outcome.rows;
        void outcome.rows.ended.then(free);
      } else free();
      return outcome;
    } catch (error) {
      free();
      throw error;
    }
  }

  async end(): Promise<void> {
    if (this.isEnded) return;
    this.isEnded = true;
    await this.reading?.end();
    await this.tail;
    await rollback(this.engine, this.state);
    await dropWithinSession(this.engine, this.state);
    this.engine.sessions.delete(this.state);
    this.state.connection.closeSync();
  }

  private async runAlone(statement: StatementRun): Promise<Outcome> {
    const { state, engine } = this;
    if (state.transaction !== undefined) state.transaction.idleSinceMs = undefined;
    try {
      const outcome = await runStatement({ engine, session: state, statement });
      if (outcome.kind === 'rows') state.results.set(statement.queryId, outcome.columns);
      return outcome;
    } catch (error) {
      if (state.transaction !== undefined && state.parameters.is('TRANSACTION_ABORT_ON_ERROR'))
        state.transaction.isAborted = true;
      throw error;
    } finally {
      state.lastQueryId = statement.queryId;
      if (state.transaction !== undefined) state.transaction.idleSinceMs = engine.now();
    }
  }
}
