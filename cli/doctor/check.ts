/** What a check found. `fix` says what to type or change; empty when there is nothing to do. */
export interface Finding {
  readonly status: 'ok' | 'warning' | 'problem';
  readonly found: string;
  readonly fix: string;
}

/** Where the platform would run. */
export interface Surroundings {
  readonly dataDir: string;
  readonly port: number;
}

/** One thing the platform needs. */
export interface Check {
  readonly name: string;
  readonly run: (surroundings: Surroundings) => Promise<Finding>;
}

/** Nothing to do. */
export const ok = (found: string): Finding => ({ status: 'ok', found, fix: '' });

/** It will run, with a drawback. */
export const warning = (found: string, fix: string): Finding => ({ status: 'warning', found, fix });

/** It will not run. */
export const problem = (found: string, fix: string): Finding => ({ status: 'problem', found, fix });
