import { bound, mustText, Namespace } from '../../lib/jinja/host.ts';
import type { Value } from '../../lib/jinja/values.ts';
import { toValue } from '../../lib/jinja/values.ts';
import { ShopwaveError } from '../../lib/errors.ts';
import { connectionUri } from '../secrets/connection.ts';
import type { Connection } from '../secrets/connection.ts';
import type { TaskSecrets } from '../secrets/task-secrets.ts';

/** Templates that name more of them than this go round in circles. */
const most = 200;

/**
 * `conn.x`, `var.value.x` and `var.json.x`. An attribute of a template cannot wait, so that what is not known yet stops the
 * rendering: it is fetched, and the template rendered again.
 */
export class SecretNames {
  readonly #secrets: TaskSecrets;
  readonly #known = new Map<string, Value>();
  #wanted: { readonly key: string; readonly fetch: () => Promise<Value> } | undefined;

  constructor(secrets: TaskSecrets) {
    this.#secrets = secrets;
  }

  /** Fetches what the rendering stopped at; false if it stopped for another reason. */
  async fetchWanted(): Promise<boolean> {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted === undefined || this.#known.size >= most) return false;
    this.#known.set(wanted.key, await wanted.fetch());
    return true;
  }

  get conn(): Value {
    const fetch = async (connId: string): Promise<Value> =>
      connectionObject(await this.#secrets.getConnection(connId));
    return this.#accessor('conn', fetch);
  }

  get var(): Value {
    const { getVariable } = this.#secrets;
    const value = this.#accessor('value', async (key) => await getVariable(key));
    const json = this.#accessor('json', async (key) => parsed(key, await getVariable(key)));
    return new Namespace(
      'var',
      new Map([
        ['value', value],
        ['json', json],
      ]),
    );
  }

  #accessor(kind: string, fetch: (name: string) => Promise<Value>): Value {
    const get = bound('get', ['name', 'default'], async ([name, fallback], args) => {
      try {
        return await fetch(mustText(name, 'a name', args));
      } catch (error) {
        if (fallback !== undefined && isMissing(error)) return fallback;
        throw error;
      }
    })[1];
    return new Namespace(kind, (name) => {
      if (name === 'get') return get;
      const key = `${kind} ${name}`;
      const known = this.#known.get(key);
      if (known !== undefined) return known;
      this.#wanted ??= { key, fetch: () => fetch(name) };
      throw new Error(`${key} is still to be fetched`);
    });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof ShopwaveError && error.code.endsWith('_NOT_FOUND');
}

function parsed(key: string, text: string): Value {
  try {
    return toValue(JSON.parse(text));
  } catch {
    // What the parser says quotes the text.
    throw new Error(`variable ${key} is no JSON`);
  }
}

/** Airflow's Connection. */
function connectionObject(connection: Connection): Value {
  const { connId, connType, extra, ...rest } = connection;
  const uri = bound('get_uri', [], () => connectionUri(connection))[1];
  return new Namespace(
    'Connection',
    new Map<string, Value>([
      ['conn_id', connId],
      ['conn_type', connType],
      ...Object.entries(rest).map(([name, value]) => [name, toValue(value)] as const),
      ['extra', JSON.stringify(extra)],
      ['extra_dejson', toValue(extra)],
      ['get_uri', uri],
    ]),
  );
}
