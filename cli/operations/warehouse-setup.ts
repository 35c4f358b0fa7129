import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { z } from 'zod';
import { messageOf } from '../../lib/errors.ts';
import type { ShopwaveError } from '../../lib/errors.ts';
import type { OnProgress } from '../../lib/progress.ts';
import { applySetup } from '../../warehouse/snowflake/setup/apply.ts';
import { checkSetup, mendText } from '../../warehouse/snowflake/setup/check/check.ts';
import type { Difference } from '../../warehouse/snowflake/setup/check/compare.ts';
import { setupErrors } from '../../warehouse/snowflake/setup/errors.ts';
import type { Names } from '../../warehouse/snowflake/setup/names.ts';
import { planSetup } from '../../warehouse/snowflake/setup/plan/plan.ts';
import type { Plan } from '../../warehouse/snowflake/setup/plan/plan.ts';
import { publicKeyBody } from '../../warehouse/snowflake/setup/public-key.ts';
import { setupSettings } from '../../warehouse/snowflake/setup/settings.ts';
import { planText } from '../../warehouse/snowflake/setup/text.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import { rowsResult } from './operation.ts';
import type { OperationResult } from './operation.ts';

/** A connection to the account that is set up, as one who may do so. */
export type OpenAccount = () => Promise<Pick<Warehouse, 'query' | 'execute' | 'close'>>;

/** What the command line says of an account; files are named, not given. */
export interface SetupFlags {
  readonly database?: string;
  readonly prefix?: string;
  readonly edition?: string;
  readonly monthlyCredits?: number;
  readonly archiveUrl?: string;
  readonly archiveRole?: string;
  readonly pipelineKey?: string;
  readonly pipelineArn?: string;
  readonly semanticKey?: string;
  readonly semanticArn?: string;
  readonly allowIp?: readonly string[];
}

export interface SetupWork {
  /** Connects to the account that the plan's names are for. */
  readonly open: (names: Names) => OpenAccount;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** The plan that the flags describe; connects to nothing. */
export async function planOf(flags: SetupFlags): Promise<Plan> {
  const parsed = setupSettings.safeParse({
    database: flags.database,
    prefix: flags.prefix,
    edition: flags.edition,
    monthlyCredits: flags.monthlyCredits,
    archive: archiveOf(flags),
    pipeline: { publicKey: await keyIn(flags.pipelineKey), workloadArn: flags.pipelineArn },
    semantic: { publicKey: await keyIn(flags.semanticKey), workloadArn: flags.semanticArn },
    allowedIps: flags.allowIp,
  });
  if (parsed.success) return planSetup(parsed.data);
  throw setupErrors.error('WAREHOUSE_SETUP_INVALID', { message: z.prettifyError(parsed.error) });
}

/** The platform's own archive, once it is said who may read it; its parameters are the platform's. */
function archiveOf({
  archiveUrl,
  archiveRole,
}: SetupFlags): { readonly url: string | undefined; readonly roleArn: string | undefined } | undefined {
  if (archiveUrl === undefined && archiveRole === undefined) return undefined;
  return { url: archiveUrl ?? process.env['SHOPWAVE_ARCHIVE']?.replace(/\?.*$/, ''), roleArn: archiveRole };
}

async function keyIn(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const pem = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw setupErrors.error('WAREHOUSE_SETUP_INVALID', {
      message: `the public key cannot be read: ${messageOf(cause)}`,
      where: file,
    });
  });
  return publicKeyBody(pem, file);
}

/** The plan's SQL, for review. */
export async function showSetup(flags: SetupFlags): Promise<OperationResult> {
  return {
    kind: 'documents',
    documents: [{ name: 'snowflake-setup.sql', text: planText(await planOf(flags)) }],
  };
}

/** Runs the plan. */
export async function runSetup(flags: SetupFlags, work: SetupWork): Promise<OperationResult> {
  const plan = await planOf(flags);
  const applied = await withAccount(work.open(plan.names), (account) => applySetup(account, plan, work));
  return rowsResult(
    applied.map(({ title, statements }) => ({ part: title, statements })),
    {
      columns: ['part', 'statements'],
      notes: [...plan.notes, 'nothing was taken away: `shopwave warehouse check` says what is too much'],
    },
  );
}

/** In what an account differs from the plan, as rows and as SQL. The failure of the rows makes the command exit 1. */
export async function checkAccount(
  flags: SetupFlags,
  work: SetupWork,
): Promise<{
  readonly rows: OperationResult;
  readonly sql: OperationResult;
  readonly failure?: ShopwaveError;
}> {
  const plan = await planOf(flags);
  const differences = await withAccount(work.open(plan.names), (account) => checkSetup(account, plan, work));
  const documents = [{ name: 'snowflake-mend.sql', text: mendText(differences) }];
  const sql = { kind: 'documents', documents } as const;
  if (differences.length === 0) return { rows: differenceRows(differences, plan.notes), sql };
  const failure = setupErrors.error('WAREHOUSE_SETUP_DIFFERS', {
    message: `${differences.length} differences from the plan`,
  });
  return { rows: differenceRows(differences, plan.notes, failure), sql, failure };
}

function differenceRows(
  differences: readonly Difference[],
  notes: readonly string[],
  failure?: ShopwaveError,
): OperationResult {
  const rows = differences.map(({ kind, what, found, wanted, sql, byHand }) => ({
    difference: kind,
    what,
    found,
    planned: wanted,
    mend: sql.length === 0 ? (byHand ?? '') : sql.map((each) => `${each};`).join(' '),
  }));
  return rowsResult(rows, { columns: ['difference', 'what', 'found', 'planned', 'mend'], failure, notes });
}

async function withAccount<T>(
  open: OpenAccount,
  work: (account: Awaited<ReturnType<OpenAccount>>) => Promise<T>,
): Promise<T> {
  const account = await open();
  try {
    return await work(account);
  } finally {
    await account.close();
  }
}
