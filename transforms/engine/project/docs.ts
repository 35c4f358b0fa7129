import { bind, mustText } from '../../../lib/jinja/host.ts';
import { formatLocation } from '../../../lib/jinja/location.ts';
import type { Location } from '../../../lib/jinja/location.ts';
import { parseTemplate } from '../../../lib/jinja/parse.ts';
import { renderSync } from '../../../lib/jinja/render.ts';
import { Callable } from '../../../lib/jinja/values.ts';
import type { Value } from '../../../lib/jinja/values.ts';
import type { Defects } from './defects.ts';
import { projectErrors } from './errors.ts';
import type { SourceFile } from './files.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import { holdsTemplate } from './profile.ts';

type Names = (name: string) => Value | undefined;

/** Docs blocks by name, with the other names that descriptions may use: those of YAML files. */
class DocsBlocks extends Map<string, string> {
  readonly names: Names;
  constructor(names: Names) {
    super();
    this.names = names;
  }
}

/** The docs blocks of some Markdown files, by name. */
export function collectDocs(
  files: readonly SourceFile[],
  defects: Defects,
  names: Names = () => undefined,
): ReadonlyMap<string, string> {
  const docs = new DocsBlocks(names);
  for (const source of files) {
    // Markdown may hold braces of its own: only files with a block are templates.
    if (!/\{%-?\s*docs\b/.test(source.text)) continue;
    const template = defects.try(() => parseTemplate(source.text, source.file));
    for (const definition of template?.macros ?? []) {
      if (definition.kind !== 'docs') continue;
      if (docs.has(definition.name)) {
        const message = `there is another docs block ${definition.name}`;
        defects.add(
          projectErrors.error('PROJECT_MACRO_INVALID', { message, where: formatLocation(definition.at) }),
        );
      }
      docs.set(definition.name, definition.bodyText.trim());
    }
  }
  return docs;
}

/** A description with its doc() calls filled in; var(), env_var() and target mean what they do in YAML. */
export function describe(
  text: string,
  at: () => Location,
  docs: ReadonlyMap<string, string>,
  defects: Defects,
): string {
  if (!holdsTemplate(text)) return text;
  const place = at();
  const doc = new Callable('doc', (args) => {
    const values = bind('doc', ['package_or_name', 'name'], args);
    const name = mustText(values[1] ?? values[0], 'the name of a docs block', args);
    const found = docs.get(name);
    if (found !== undefined) return found;
    const near = nearest(name, docs.keys());
    throw projectErrors.error('PROJECT_SETTING_INVALID', {
      message: `there is no docs block ${name}${near === undefined ? '' : `; did you mean ${near}?`}`,
      where: formatLocation(args.at),
      remedy: 'Write {% docs name %}...{% enddocs %} into a .md file beside the models.',
    });
  });
  const rendered = defects.try(() =>
    renderSync(parseTemplate(text, place.file, { startLine: place.line, startColumn: place.column }), {
      globals: (name) => (name === 'doc' ? doc : docs instanceof DocsBlocks ? docs.names(name) : undefined),
    }),
  );
  return rendered ?? text;
}
