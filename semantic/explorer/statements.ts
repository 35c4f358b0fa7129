import type { CubeQuery } from '../server/cube-query.ts';
import type { CubeRest, Statement } from './cube-rest.ts';
import { announce, button, copyText, element } from './dom.ts';
import { problemOf } from './problem.ts';

/** The SQL of an answer, which is asked for once somebody looks. */
export interface Statements {
  readonly show: (rest: CubeRest, queries: readonly CubeQuery[]) => void;
  readonly close: () => void;
}

export function createStatements(details: HTMLDetailsElement, host: HTMLElement): Statements {
  let wanted: { readonly rest: CubeRest; readonly queries: readonly CubeQuery[] } | undefined;
  let shown: unknown;
  const draw = async (): Promise<void> => {
    if (wanted === undefined || !details.open || shown === wanted) return;
    const asked = wanted;
    shown = asked;
    try {
      const found = await Promise.all(asked.queries.map((query) => asked.rest.sql(query)));
      if (shown === asked) host.replaceChildren(...found.map(statement));
    } catch (error) {
      const { message } = problemOf(error);
      if (shown === asked) host.replaceChildren(element('p', { class: 'problem' }, [message]));
    }
  };
  const onToggle = (): void => void draw();
  details.addEventListener('toggle', onToggle);
  return {
    close: () => details.removeEventListener('toggle', onToggle),
    show: (rest, queries) => {
      wanted = { rest, queries };
      host.replaceChildren();
      void draw();
    },
  };
}

function statement({ sql, values }: Statement): HTMLElement {
  const copy = (): void => {
    copyText(sql).then(
      () => announce('SQL copied'),
      () => announce('The SQL could not be copied; it can be selected'),
    );
  };
  return element('div', {}, [
    element('pre', {}, [sql]),
    values.length === 0 ? undefined : element('p', { class: 'quiet' }, [`Values: ${values.join(', ')}`]),
    button('Copy SQL', copy),
  ]);
}
