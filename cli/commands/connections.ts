import process from 'node:process';
import { Option } from 'commander';
import type { Command } from 'commander';
import { performConfirmed, withConfirmation } from './confirm.ts';
import type { ConfirmOptions } from './confirm.ts';
import { readNamedValues, writeNamedValues } from './secrets-file.ts';
import { ask, perform, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

interface AddOptions extends VerbOptions {
  readonly connUri?: string;
  readonly connJson?: string;
  readonly connType?: string;
  readonly connDescription?: string;
  readonly connHost?: string;
  readonly connLogin?: string;
  readonly connPassword?: string;
  readonly connPort?: number;
  readonly connSchema?: string;
  readonly connExtra?: string;
}

interface ExportOptions extends VerbOptions {
  readonly serializationFormat: 'json' | 'uri';
}

/** `shopwave connections ...` */
export function addConnections(program: Command): void {
  const connections = program.command('connections').description('how tasks reach other systems');
  verb(connections, 'list', 'list the connections of the control store')
    .option('--conn-id <id>', 'only this one')
    .action(({ connId, ...options }: VerbOptions & { connId?: string }) =>
      perform('connections.list', { connId }, options),
    );
  for (const [name, description] of [
    ['get', 'show a connection, from wherever tasks would get it; never its password'],
    ['test', 'try whether what it leads to answers'],
  ] as const) {
    verb(connections, `${name} <id>`, description).action((connId: string, options: VerbOptions) =>
      perform(`connections.${name}`, { connId }, options),
    );
  }
  addAdd(connections);
  withConfirmation(verb(connections, 'delete <id>', 'remove a connection from the control store')).action(
    (connId: string, options: ConfirmOptions) => performConfirmed('connections.delete', { connId }, options),
  );
  verb(connections, 'import <file>', 'keep the connections of a JSON or YAML file, each a URI or an object')
    .option('--overwrite', 'also those that are there')
    .action(async (file: string, { overwrite, ...options }: VerbOptions & { overwrite?: boolean }) =>
      perform('connections.import', { connections: await readNamedValues(file), overwrite }, options),
    );
  verb(
    connections,
    'export <file>',
    'write the connections, passwords included, into a file that only you can read',
  )
    .addOption(
      new Option('--serialization-format <format>', 'how each is written')
        .choices(['json', 'uri'])
        .default('json'),
    )
    .action(async (file: string, options: ExportOptions) => {
      const { serializationFormat: format } = options;
      const result = await ask('connections.export', { format }, options);
      const valueOf = (text: string): unknown => (format === 'uri' ? text : JSON.parse(text));
      process.stderr.write(`  ${await writeNamedValues(file, result, valueOf)} connections in ${file}\n`);
    });
}

function addAdd(connections: Command): void {
  verb(connections, 'add <id>', 'keep a connection in the control store: a URI, JSON, or its fields')
    .option('--conn-uri <uri>', 'type://login:password@host:port/schema?extra=value')
    .option('--conn-json <json>', 'an object with conn_type and the other fields')
    .option('--conn-type <type>', 'postgres, http and so on')
    .option('--conn-description <text>', 'what it is for')
    .option('--conn-host <host>', 'where')
    .option('--conn-login <name>', 'as whom')
    .option('--conn-password <password>', 'others can see it in the list of processes; import a file instead')
    .option('--conn-port <port>', 'at which port', wholeNumber(1, 65_535))
    .option('--conn-schema <name>', 'which database')
    .option('--conn-extra <json>', 'what is particular to its type')
    .action((connId: string, options: AddOptions) => {
      const input = { connId, written: writtenOf(options), description: options.connDescription };
      return perform('connections.add', input, options);
    });
}

function writtenOf(options: AddOptions): string {
  return (
    options.connUri ??
    options.connJson ??
    JSON.stringify({
      conn_type: options.connType,
      host: options.connHost,
      login: options.connLogin,
      password: options.connPassword,
      port: options.connPort,
      schema: options.connSchema,
      extra: options.connExtra,
    })
  );
}
