import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { shapeOf } from './findings.ts';
import type { Finding } from './findings.ts';

const answers = z.array(z.string().nullable());

/** What sqlglot, read as Snowflake, has against statements: one of each shape. */
export async function parseFindings(python: string, statements: readonly string[]): Promise<Finding[]> {
  const shapes = [...new Map(statements.map((sql) => [shapeOf(sql), sql])).values()];
  const wrongs = answers.parse(JSON.parse(await parsed(python, shapes)));
  return shapes.map((sql, index) => ({ name: shapeOf(sql), sql, wrong: wrongs[index] ?? undefined }));
}

async function parsed(python: string, statements: readonly string[]): Promise<string> {
  const script = fileURLToPath(new URL('parse.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(JSON.stringify(statements));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the parser ended with ${code}`);
  return Buffer.concat(chunks).toString('utf8');
}
