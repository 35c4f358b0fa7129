/** Names under which others keep a connection's fields: Airflow's list, with `dbname`, which RDS writes. */
const words: Readonly<Record<string, readonly string[]>> = {
  conn_type: ['conn_type', 'connection_type', 'engine'],
  login: ['login', 'user', 'username', 'user_name'],
  password: ['password', 'pass', 'key'],
  host: ['host', 'remote_host', 'server'],
  port: ['port'],
  schema: ['schema', 'database', 'dbname'],
  description: ['description'],
  extra: ['extra'],
};

/**
 * A secret that is a JSON object, such as RDS makes them, as a connection has its fields; what is none of them is left
 * out, as in Airflow. Any other text stays as it is: a URI, or for `parseConnection` to refuse.
 */
export function withConnectionWords(secret: string): string {
  const given = objectIn(secret);
  if (given === undefined) return secret;
  const fields = Object.entries(words).flatMap(([field, names]) => {
    const name = names.find((each) => given[each] !== undefined);
    return name === undefined ? [] : [[field, given[name]]];
  });
  return JSON.stringify(Object.fromEntries(fields));
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    // A text that begins with a brace is an object or no JSON.
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
