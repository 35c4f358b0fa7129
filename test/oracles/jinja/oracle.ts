import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSION = '3.1.6';

export interface OracleCase {
  readonly template: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** What Python's Jinja2 made of a template. */
export type OracleAnswer = { readonly text: string } | { readonly error: string };

/** A Python that has the right Jinja2, or why there is none. In CI a missing one is installed into a folder of its own. */
export function findPython(isCi: boolean): { readonly python: string } | { readonly missing: string } {
  const found = versionOf('python3');
  if (found === VERSION) return { python: 'python3' };
  if (!isCi) return { missing: `python3 with jinja2 ${VERSION} (found ${found ?? 'none'})` };
  const folder = mkdtempSync(join(tmpdir(), 'jinja-oracle-'));
  const python = join(folder, 'bin', 'python');
  const made = spawnSync('python3', ['-m', 'venv', folder], { stdio: 'ignore' });
  if (made.status !== 0) return { missing: 'python3 with venv' };
  spawnSync(python, ['-m', 'pip', 'install', '--quiet', `jinja2==${VERSION}`], {
    stdio: 'inherit',
    timeout: 120_000,
  });
  return versionOf(python) === VERSION ? { python } : { missing: `jinja2 ${VERSION}: PyPI did not answer` };
}

function versionOf(python: string): string | undefined {
  const asked = spawnSync(python, ['-c', 'import jinja2; print(jinja2.__version__)'], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}

/** Renders all cases in one Python process. */
export async function askOracle(python: string, cases: readonly OracleCase[]): Promise<OracleAnswer[]> {
  const script = join(import.meta.dirname, 'render.py');
  const env = { ...process.env, PYTHONHASHSEED: '0', PYTHONIOENCODING: 'utf-8' };
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'], env });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const done = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  child.stdin.end(cases.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const code = await done;
  const lines = Buffer.concat(chunks)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  if (code !== 0 || lines.length !== cases.length) {
    throw new Error(`the oracle ended with ${String(code)} after ${lines.length} of ${cases.length} answers`);
  }
  return lines.map((line) => JSON.parse(line) as OracleAnswer);
}
