import { nearest } from '../../lib/edit-distance.ts';
import type { Project } from '../../transforms/engine/project/model.ts';
import type { SelectContext } from '../../transforms/engine/select/context.ts';
import { isPattern, matchesPattern } from '../../transforms/engine/select/glob.ts';
import { selectNodes } from '../../transforms/engine/select/select.ts';

/**
 * A note for each selector that matches nothing: a verb that then does nothing must not look as if it had worked. A
 * name that nothing has is an error before this; what is left are patterns and methods.
 */
export function unmatchedNotes(
  project: Project,
  args: readonly string[],
  context: SelectContext,
): readonly string[] {
  const words = new Set(args.flatMap((each) => each.split(' ')).filter((word) => word !== ''));
  return [...words].flatMap((word) => {
    if (selectNodes(project, { select: [word], context }).length > 0) return [];
    return [`\`${word}\` matches nothing${hintOf(project, word)}`];
  });
}

function hintOf(project: Project, word: string): string {
  const value = word.replace(/^@?\d*\+?/, '').replace(/\+\d*$/, '');
  if (value.includes(':') || value.includes(',') || !isPattern(value)) return '';
  const names = [...project.models.keys()];
  const whole = `*.${value}`;
  if (names.some((name) => matchesPattern(name, value)))
    return `: a pattern matches the whole name with its folders; write \`${word.replace(value, whole)}\``;
  const near = nearest(value.replaceAll(/[*?[\]]/g, ''), names);
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  return `${meant === '' ? ': ' : `${meant} `}${meant === '' ? 'a' : 'A'} pattern matches the whole name with its folders, such as \`${whole}\``;
}
