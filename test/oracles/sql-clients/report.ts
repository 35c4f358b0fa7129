import process from 'node:process';

/** What came of one check of a client; without a reason it went well. */
export interface Checked {
  readonly client: string;
  readonly check: string;
  readonly why?: string | undefined;
}

/** Checks of a client, or why there were none. */
export type ClientReport = readonly Checked[] | { readonly client: string; readonly skipped: string };

/** Says what each client found, loudest what did not run; the exit code. */
export function tell(reports: readonly ClientReport[]): number {
  let failed = 0;
  for (const report of reports) {
    if ('skipped' in report) continue;
    for (const { client, check, why } of report) {
      if (why !== undefined) failed += 1;
      const first = why === undefined ? 'ok    ' : 'FAILED';
      process.stdout.write(`${first} ${client}: ${check}${why === undefined ? '' : `\n         ${why}`}\n`);
    }
  }
  const ran = reports.flatMap((report) => ('skipped' in report ? [] : report));
  process.stdout.write(`${ran.length} checks of real clients: ${failed} failed\n`);
  for (const report of reports)
    if ('skipped' in report)
      process.stdout.write(
        `SKIPPED: ${report.skipped}.\nNOTHING WAS RUN WITH ${report.client.toUpperCase()}.\n`,
      );
  return failed === 0 ? 0 : 1;
}
