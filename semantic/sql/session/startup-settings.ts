/** What a startup packet tells of itself; the rest are settings. */
export interface StartupFacts {
  readonly user: string;
  /** Undefined where none is named. */
  readonly database: string | undefined;
  /** Names in lower case, in the order in which they are to be set. */
  readonly settings: ReadonlyMap<string, string>;
  /** Whether rows of the log are wanted rather than answers. */
  readonly isReplication: boolean;
  /** Options of the protocol that are not known here. */
  readonly unknownOptions: readonly string[];
}

export function startupFacts(parameters: ReadonlyMap<string, string>): StartupFacts {
  const settings = new Map(optionSettings(parameters.get('options') ?? ''));
  const unknownOptions: string[] = [];
  for (const [name, value] of parameters) {
    if (name.startsWith('_pq_.')) unknownOptions.push(name);
    else if (!['user', 'database', 'options', 'replication'].includes(name))
      settings.set(name.toLowerCase(), value);
  }
  const user = parameters.get('user') ?? '';
  const replication = parameters.get('replication')?.toLowerCase() ?? 'false';
  return {
    user,
    database: parameters.get('database') || undefined,
    settings,
    isReplication: !['false', 'off', 'no', '0'].includes(replication),
    unknownOptions,
  };
}

/** `-c name=value` and `--name=value`, where a backslash takes the next character as it is. */
function optionSettings(options: string): [string, string][] {
  const words = options.match(/(?:\\.|[^\s\\])+/gs) ?? [];
  const told = words.map((word) => word.replaceAll(/\\(.)/gs, '$1')).join('\n');
  return [...told.matchAll(/^(?:-c\n?|--)([\w.-]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
    name.toLowerCase().replaceAll('-', '_'),
    value,
  ]);
}
