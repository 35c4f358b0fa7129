import type { Command } from 'commander';
import { defaults } from '../config.ts';
import { print, verb, wholeNumber } from './verb.ts';
import type { VerbOptions } from './verb.ts';

/** `shopwave doctor`: runs in place, whatever else is up. */
export function addDoctor(program: Command): void {
  verb(program, 'doctor', 'check what the platform needs from this machine, and print the fix')
    .option('--port <n>', 'the HTTP port to check', wholeNumber(1, 65_535), defaults.port)
    .action(async (options: VerbOptions & { port: number }) => {
      const { examine } = await import('../doctor/examine.ts');
      print(await examine({ dataDir: options.dataDir, port: options.port }), options.output);
    });
}
