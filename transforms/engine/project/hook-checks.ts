import type { Location } from '../../../lib/jinja/location.ts';
import { parseTemplate } from '../../../lib/jinja/parse.ts';
import type { Defects } from './defects.ts';
import { mustKnowSources, resolveRefs } from './dependencies.ts';
import type { Targets } from './dependencies.ts';
import { discover } from './discover.ts';
import type { Known } from './discover.ts';
import type { Model } from './model.ts';

/** Hooks are rendered in a build, when it is late to hear of a misspelt macro: they are parsed as their model is. */
export function checkHooks(models: Iterable<Model>, targets: Targets, known: Known, defects: Defects): void {
  for (const model of models) {
    const { preHook, postHook, schema, alias, authored } = model.config;
    for (const hook of [...preHook, ...postHook]) {
      const at = placeOf(model, hook);
      const found = defects.try(() =>
        discover(parseTemplate(hook, at.file, { startLine: at.line, startColumn: at.column }), known, {
          settings: authored,
          self: { schema, identifier: alias },
          allowSecrets: true,
        }),
      );
      resolveRefs(found?.refs ?? [], targets, defects);
      mustKnowSources(found?.sources ?? [], targets, defects);
    }
  }
}

/** In the model's file where it stands there as it is, else at the model's entry. */
function placeOf({ rawCode, file, properties }: Model, hook: string): Location {
  const offset = rawCode.indexOf(hook);
  if (offset < 0) return { file: properties?.file ?? file, line: properties?.line ?? 1, column: 1 };
  const before = rawCode.slice(0, offset).split('\n');
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
