import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { completionScript } from '../../../cli/output/completion.ts';
import { createProgram } from '../../../cli/program.ts';

const script = completionScript('bash', await createProgram());

/** What bash would offer after these words; the last one is being typed. */
function complete(...words: readonly string[]): readonly string[] {
  const line = words.map((word) => `'${word}'`).join(' ');
  const asked = `COMP_WORDS=(shopwave ${line}); COMP_CWORD=${words.length}; _shopwave; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const done = spawnSync('bash', ['-c', `${script}\n${asked}`], { encoding: 'utf8' });
  expect(done.stderr).toBe('');
  return done.stdout.split('\n').filter((each) => each !== '');
}

test.each([
  [['da'], ['dags']],
  [
    ['tasks', 'st'],
    ['states-for-dag-run', 'state'],
  ],
  [
    ['tasks', 'clear', 'my_dag', '--only-'],
    ['--only-failed', '--only-running'],
  ],
  [
    ['backfill', 'create', 'd', '--rerun', ''],
    ['none', 'failed', 'completed'],
  ],
  [['dags', 'list', '-o', 'y'], ['yaml']],
  [['sources', 'postgres', 'sn'], ['snapshot']],
  // A DAG called as a verb is one all the same.
  [['tasks', 'why', 'list', '--out'], ['--output']],
  [['nowhere', 'lis'], []],
])('bash completes %j to %j', (words, expected) => {
  expect(complete(...words)).toEqual(expected);
});

test.each(['zsh', 'fish'] as const)(
  'the script for %s knows every verb and is quoted as a whole',
  async (shell) => {
    const text = completionScript(shell, await createProgram());
    for (const word of ['states-for-dag-run', 'mark-success', 'list-import-errors'])
      expect(text).toContain(word);
    // Balanced quotes: what a description holds cannot end the text around it.
    expect(text.replaceAll(String.raw`\'`, '').split("'").length % 2).toBe(1);
  },
);
