import { readdir } from 'node:fs/promises';
import { cruise } from 'dependency-cruiser';
import type { ICruiseResult, IForbiddenRuleType } from 'dependency-cruiser';

/**
 * Who may import whom, one row a folder. A pattern is matched against the imported path; what no pattern of the row
 * matches is forbidden.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  lib: ['^lib/'],
  warehouse: ['^warehouse/', '^lib/'],
  ingest: ['^ingest/', '^lib/', '^warehouse/(warehouse|capabilities|sql-text|raw-table)\\.ts$'],
  transforms: ['^transforms/', '^lib/', '^warehouse/(warehouse|capabilities|sql-text|raw-table)\\.ts$'],
  semantic: ['^semantic/', '^lib/', '^warehouse/(warehouse|capabilities|sql-text|raw-table)\\.ts$'],
  scheduler: ['^scheduler/', '^lib/'],
  monitoring: ['^monitoring/', '^lib/', '^scheduler/events\\.ts$'],
  simulator: ['^simulator/', '^lib/'],
  dags: [
    '^dags/',
    '^lib/',
    '^scheduler/index\\.ts$',
    '^ingest/',
    '^transforms/',
    '^semantic/',
    '^monitoring/',
  ],
  cli: ['.'],
  bench: [
    '^bench/',
    '^lib/',
    '^warehouse/',
    '^ingest/',
    '^transforms/',
    '^scheduler/',
    '^semantic/',
    '^simulator/',
    '^cli/local/',
  ],
  test: ['.'],
};

const ours = Object.keys(mayImport);

const rules: IForbiddenRuleType[] = [
  { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ...Object.entries(mayImport).map(([folder, allowed]): IForbiddenRuleType => ({
    name: `${folder}-may-import`,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: { path: `^(${ours.join('|')})/`, pathNot: [...allowed] },
  })),
  // What stands on top is imported by itself and by tests alone.
  ...['cli', 'bench', 'test'].map((folder): IForbiddenRuleType => ({
    name: `only-test-imports-${folder}`,
    severity: 'error',
    // Benchmarks start the embedded server; their own row above says that they take nothing else of it.
    from: { pathNot: folder === 'cli' ? '^(cli|bench|test)/' : `^(${folder}|test)/` },
    to: { path: `^${folder}/` },
  })),
];

const { output } = await cruise(ours, {
  ruleSet: { forbidden: rules },
  validate: true,
  doNotFollow: { path: 'node_modules' },
  includeOnly: `^(${ours.join('|')})/`,
  tsConfig: { fileName: 'tsconfig.json' },
  tsPreCompilationDeps: true,
  enhancedResolveOptions: { extensions: ['.ts', '.js'] },
});

const { summary, modules } = output as ICruiseResult;
for (const violation of summary.violations) {
  console.error(`${violation.rule.name}: ${violation.from} -> ${violation.to}`);
}
// A cruise over nothing finds nothing wrong: every folder that holds TypeScript must have been looked at.
const missed: string[] = [];
for (const folder of ours) {
  const files = await readdir(folder, { recursive: true });
  const expected = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts')).length;
  const seen = modules.filter((module) => module.source.startsWith(`${folder}/`)).length;
  if (seen < expected) missed.push(`${folder}: looked at ${seen} of ${expected} files`);
}
for (const line of missed) console.error(`not checked, ${line}`);
console.log(`layers: ${modules.length} modules, ${summary.violations.length} violations`);
process.exitCode = summary.violations.length > 0 || missed.length > 0 || modules.length === 0 ? 1 : 0;
