import { spawn } from 'node:child_process';
import type { SpawnOptionsWithoutStdio } from 'node:child_process';

export interface Ended {
  /** 127 where it could not be started. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end. */
export async function ended(
  command: string,
  args: readonly string[],
  options: SpawnOptionsWithoutStdio & { readonly input?: string } = {},
): Promise<Ended> {
  const { input = '', ...rest } = options;
  return await new Promise((resolve) => {
    const child = spawn(command, args, { timeout: 120_000, ...rest });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (data: Buffer) => out.push(data));
    child.stderr.on('data', (data: Buffer) => err.push(data));
    const end = (code: number): void =>
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() });
    child.once('error', () => end(127));
    child.once('close', (code) => end(code ?? 1));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
