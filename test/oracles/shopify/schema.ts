import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, parse, TypeInfo, validate, visit, visitWithTypeInfo } from 'graphql';
import type { DocumentNode, GraphQLSchema, IntrospectionQuery } from 'graphql';
import {
  shopifyApiVersion,
  shopifyBulkDocuments,
  shopifyDocuments,
} from '../../../ingest/shopify/documents.ts';
import { schema as simulated } from '../../../simulator/shopify/execute.ts';
import { differences } from './compare.ts';

/**
 * Asks Shopify's own schema, as its developer tools carry it on npm: everything that the simulator answers must exist
 * there with the same types, and every document that the client sends must be valid there. Needs the registry; without
 * it this says so and is green.
 */
const toolsPackage = '@shopify/dev-mcp@1.16.0';

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'shopwave-shopify-schema-'));
  try {
    const archive = fetchPackage(folder);
    if (archive === undefined) {
      say(`SKIPPED: ${toolsPackage} could not be fetched, the registry does not answer.`);
      say("NOTHING WAS COMPARED WITH SHOPIFY'S SCHEMA.");
      return;
    }
    compare(await readSchema(folder, archive));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The name of the fetched archive; nothing when there is no registry to fetch it from. */
function fetchPackage(folder: string): string | undefined {
  const packed = spawnSync(
    'npm',
    ['pack', '--silent', '--fetch-retries=1', '--pack-destination', folder, toolsPackage],
    {
      encoding: 'utf8',
      timeout: 120_000,
      cwd: folder,
    },
  );
  if (packed.status === 0) return packed.stdout.trim().split('\n').at(-1);
  const answered =
    spawnSync('npm', ['ping', '--silent', '--fetch-retries=0'], { timeout: 30_000, cwd: folder }).status ===
    0;
  if (answered) throw new Error(`the registry answers, but does not give ${toolsPackage}`);
  return undefined;
}

async function readSchema(folder: string, archive: string): Promise<GraphQLSchema> {
  const file = `package/dist/data/admin_${shopifyApiVersion}.json.gz`;
  const opened = spawnSync('tar', ['-xzf', path.join(folder, archive), '-C', folder, file], {
    encoding: 'utf8',
  });
  if (opened.status !== 0) throw new Error(`${toolsPackage} has no ${file}: ${opened.stderr}`);
  const text = gunzipSync(await readFile(path.join(folder, file))).toString('utf8');
  const introspection = JSON.parse(text) as IntrospectionQuery & { readonly data?: IntrospectionQuery };
  return buildClientSchema(introspection.data ?? introspection);
}

function compare(official: GraphQLSchema): void {
  const wrong = differences(simulated, official).map((each) => `simulated schema: ${each}`);
  const documents = clientDocuments();
  const invalid = documents.flatMap(([name, document]) =>
    validate(official, document).map((error) => `document ${name}: ${error.message}`),
  );
  for (const line of [...wrong, ...invalid]) say(line);
  const deprecated = new Set(documents.flatMap(([, document]) => deprecatedFields(official, document)));
  for (const line of [...deprecated].toSorted()) say(`deprecated, and asked for by the client: ${line}`);
  const types = Object.keys(simulated.getTypeMap()).filter((name) => !name.startsWith('__')).length;
  say(
    `Shopify ${shopifyApiVersion}: ${types} simulated types, ${wrong.length} differences; ` +
      `${documents.length} documents of the client, ${invalid.length} errors`,
  );
  process.exitCode = wrong.length + invalid.length > 0 ? 1 : 0;
}

function clientDocuments(): readonly (readonly [string, DocumentNode])[] {
  const search = "updated_at:>='2026-01-01T00:00:00Z'";
  return [
    ...Object.entries(shopifyDocuments).map(([name, text]) => [name, parse(text)] as const),
    ...Object.entries(shopifyBulkDocuments).map(
      ([name, text]) => [`bulk ${name}`, parse(text(search))] as const,
    ),
  ];
}

function deprecatedFields(official: GraphQLSchema, document: DocumentNode): readonly string[] {
  const info = new TypeInfo(official);
  const found: string[] = [];
  visit(
    document,
    visitWithTypeInfo(info, {
      Field: () => {
        const field = info.getFieldDef();
        if (field?.deprecationReason === undefined || field.deprecationReason === null) return;
        found.push(`${info.getParentType()?.name}.${field.name} (${field.deprecationReason})`);
      },
    }),
  );
  return found;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
