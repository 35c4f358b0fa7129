import type { OnProgress } from '../../../../lib/progress.ts';
import type { Session } from '../../../warehouse.ts';
import type { Plan } from '../plan/plan.ts';
import { compare } from './compare.ts';
import type { Difference } from './compare.ts';
import { readAccount } from './read-account.ts';

export interface CheckOptions {
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/** Reads an account and says in what it differs from the plan; changes nothing. */
export async function checkSetup(
  session: Pick<Session, 'query'>,
  plan: Plan,
  { onProgress, signal }: CheckOptions,
): Promise<Difference[]> {
  const progress = { step: 'reading the account', unit: 'statements' };
  onProgress({ ...progress, state: 'started' });
  const account = await readAccount((sql, options) => session.query(sql, [], options), plan, {
    signal,
    onRead: (done, total) => onProgress({ ...progress, state: 'running', done, total }),
  });
  onProgress({ ...progress, state: 'finished' });
  return compare(plan, account);
}

/** The differences as a script that mends them. */
export function mendText(differences: readonly Difference[]): string {
  return differences
    .flatMap(({ kind, what, found, wanted, sql, byHand }) => [
      `-- ${kind}: ${what} (is: ${found}; planned: ${wanted})`,
      ...(byHand === undefined ? [] : [`-- by hand: ${byHand}`]),
      ...sql.map((each) => `${each};`),
    ])
    .join('\n');
}
