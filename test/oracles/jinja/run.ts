import process from 'node:process';
import { corpusGroups, ourOutcome } from '../../unit/lib/jinja/corpus.ts';
import type { CorpusCase, Outcome } from '../../unit/lib/jinja/corpus.ts';
import { CONTEXT, generateTemplate } from './generate.ts';
import { askOracle, findPython } from './oracle.ts';
import type { OracleAnswer } from './oracle.ts';

// Renders the corpus and generated templates with our engine and with Python's Jinja2, and compares byte for byte.
//   tsx test/oracles/jinja/run.ts [number of generated templates] [first seed]

interface Compared {
  readonly label: string;
  readonly one: CorpusCase;
}

const SHOWN = 20;

function isEqual(ours: Outcome, theirs: OracleAnswer): boolean {
  return 'text' in ours ? 'text' in theirs && theirs.text === ours.text : 'error' in theirs;
}

function cases(count: number, first: number): Compared[] {
  const corpus = corpusGroups().flatMap(([group, all]) =>
    all.map((one) => ({ label: `corpus ${group}`, one })),
  );
  const generated = Array.from({ length: count }, (_, index) => {
    const seed = first + index;
    return { label: `seed ${seed}`, one: { template: generateTemplate(seed), context: CONTEXT } };
  });
  return [...corpus, ...generated];
}

function ours(one: CorpusCase): Outcome | { readonly crash: string } {
  try {
    return ourOutcome(one);
  } catch (error) {
    return { crash: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function main(): Promise<number> {
  const [count = '5000', first = '1'] = process.argv.slice(2);
  const found = findPython(process.env['CI'] === 'true');
  if ('missing' in found) {
    process.stdout.write(`SKIPPED: the comparison with Jinja2 did not run, there is no ${found.missing}\n`);
    return 0;
  }
  const all = cases(Number(count), Number(first));
  const answers = await askOracle(
    found.python,
    all.map(({ one }) => one),
  );
  let different = 0;
  let failing = 0;
  for (const [index, { label, one }] of all.entries()) {
    const answer = answers[index] ?? { error: 'no answer' };
    const outcome = ours(one);
    if ('error' in answer) failing += 1;
    if (!('crash' in outcome) && isEqual(outcome, answer)) continue;
    different += 1;
    if (different > SHOWN) continue;
    process.stdout.write(
      `${label}: ${JSON.stringify(one.template)}\n  Jinja2 ${JSON.stringify(answer)}\n  ours   ${JSON.stringify(outcome)}\n`,
    );
  }
  process.stdout.write(`${all.length} templates (${failing} fail in Jinja2): ${different} different\n`);
  return different === 0 ? 0 : 1;
}

process.exitCode = await main();
