import process from 'node:process';
import { Argument } from 'commander';
import type { Command } from 'commander';
import { completionScript, shells } from '../output/completion.ts';
import type { Shell } from '../output/completion.ts';

/** `shopwave completion ...` */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes verbs and options; source it in the shell')
    .addArgument(new Argument('<shell>', 'which shell it is for').choices(shells))
    .action((shell: Shell) => void process.stdout.write(completionScript(shell, program)));
}
