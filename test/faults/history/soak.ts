import process from 'node:process';
import { parseArgs } from 'node:util';
import { runSeed } from './run-seed.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    seconds: { type: 'string' },
  },
});
process.exitCode = await soak();

/** Runs histories of seeds that follow one another; ends at the first that does not hold, which it prints. */
async function soak(): Promise<number> {
  const seconds = Number(values.seconds ?? 15);
  const until = Date.now() + Number(values.minutes) * 60_000;
  const first = Number(values.seed ?? Date.now() % 1_000_000);
  for (let seed = first; Date.now() < until; seed += 1) {
    const { violations, transactions, workers, blows } = await runSeed(seed, seconds);
    process.stdout.write(
      `seed ${seed}: ${transactions} transactions, ${workers} workers, ${blows.length} blows\n`,
    );
    if (violations.length > 0) {
      process.stderr.write(`${violations.join('\n')}\n`);
      process.stderr.write(`blows: ${blows.join(', ')}\n`);
      process.stderr.write(`again: npm run soak -- --seed ${seed} --seconds ${seconds} --minutes 0.1\n`);
      return 1;
    }
    if (values.seed !== undefined) return 0;
  }
  return 0;
}
