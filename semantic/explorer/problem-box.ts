import { button, element } from './dom.ts';
import type { Problem } from './problem.ts';

export interface Offers {
  /** undefined where the measures have no currency to be split by. */
  readonly splitByCurrency: (() => void) | undefined;
  readonly chooseCurrency: () => void;
  readonly setDays: () => void;
  readonly askAgain: () => void;
}

/** What went wrong, and what can be done about it here. */
export function problemBox(problem: Problem, offers: Offers): HTMLElement {
  const { title, message, remedy, code } = problem;
  const actions = actionsFor(problem, offers);
  return element('div', { class: 'problem' }, [
    element('h2', {}, [title]),
    element('p', {}, [message]),
    element('p', {}, [remedy]),
    code === undefined ? undefined : element('p', { class: 'quiet' }, [code]),
    actions.length === 0 ? undefined : element('div', { class: 'actions' }, actions),
  ]);
}

function actionsFor({ offer }: Problem, offers: Offers): HTMLElement[] {
  switch (offer) {
    case 'split by currency':
      return offers.splitByCurrency === undefined
        ? []
        : [
            button('Split by currency', offers.splitByCurrency, { class: 'main' }),
            button('Choose a currency', offers.chooseCurrency),
          ];
    case 'set days':
      return [button('Take the last 12 months', offers.setDays, { class: 'main' })];
    case 'ask again':
      return [button('Ask again', offers.askAgain, { class: 'main' })];
    case undefined:
      return [];
  }
}
