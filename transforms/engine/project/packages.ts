import { join } from 'node:path';
import type { Environment } from './environment.ts';
import { readText, shown } from './files.ts';
import { isRecord, own, readYaml } from './yaml.ts';

/** Tells of packages that a project asks for: their macros and tests are not loaded. */
export async function warnOfPackages(
  folder: string,
  { onWarning }: Pick<Environment, 'onWarning'>,
): Promise<void> {
  for (const base of ['packages', 'dependencies']) {
    const path = join(folder, `${base}.yml`);
    const text = await readText(path);
    if (text === undefined) continue;
    const yaml = readYaml({ file: shown(path), folders: [], base, extension: '.yml', text });
    const listed = isRecord(yaml.value) ? own(yaml.value, 'packages') : undefined;
    if (!Array.isArray(listed) || listed.length === 0) continue;
    const { file, line, column } = yaml.atKey(['packages']);
    onWarning(
      `${file}:${line}:${column}: packages are not loaded; copy the macros that you use into macros/ and the generic tests into tests/generic/, and call them without the name of their package`,
    );
  }
}
