import './no-eval.ts';
import { metricCatalog } from '../server/metric-catalog.ts';
import { Unauthenticated, openCubeRest } from './cube-rest.ts';
import { announce, button, byId, copyText, element } from './dom.ts';
import { Explorer } from './explorer.ts';
import { problemOf } from './problem.ts';
import { signInForm } from './sign-in.ts';

let opened: Explorer | undefined;

/** Shows the page to whoever these credentials are of. Throws Unauthenticated where they are nobody's. */
async function open(authorization: string | undefined): Promise<void> {
  const rest = openCubeRest(authorization);
  const { meta, model } = await rest.meta();
  const catalog = metricCatalog(meta);
  byId('sign-in').hidden = true;
  byId('sign-in').replaceChildren();
  byId('explorer').hidden = false;
  const signOut = button('Sign out', askWho);
  byId('actions').replaceChildren(shareButton(), ...(authorization === undefined ? [] : [signOut]));
  opened?.close();
  opened = new Explorer({
    rest,
    catalog,
    model,
    onRefused: askWho,
    onOutdated: () => void open(authorization).catch(failToBegin),
  });
}

function askWho(): void {
  opened?.close();
  opened = undefined;
  byId('actions').replaceChildren();
  document.title = 'Metrics';
  byId('explorer').hidden = true;
  // What was shown to one person is no longer there for the next.
  for (const id of ['table', 'chart', 'figures', 'definitions', 'statements', 'start', 'query', 'notice']) {
    byId(id).replaceChildren();
  }
  byId('sign-in').hidden = false;
  byId('sign-in').replaceChildren(
    signInForm(async (authorization) => {
      await open(authorization);
      byId('result').focus();
    }),
  );
  document.getElementById('user')?.focus();
  announce('Sign in to see metrics');
}

function shareButton(): HTMLElement {
  const made = element('span', { class: 'actions' });
  const press = button('Copy link', () => {
    copyText(location.href).then(copied, byHand);
  });
  const copied = (): void => {
    announce('Link copied');
    press.textContent = 'Link copied';
    setTimeout(() => (press.textContent = 'Copy link'), 2000);
  };
  // Only pages of a safe origin get at the clipboard, and not always.
  const byHand = (): void => {
    const field = element('input', { type: 'text', readonly: true, 'aria-label': 'Link to this page' });
    field.value = location.href;
    made.replaceChildren(press, field);
    field.select();
  };
  made.append(press);
  return made;
}

function failToBegin(error: unknown): void {
  if (error instanceof Unauthenticated) return askWho();
  const { title, message, remedy } = problemOf(error);
  byId('sign-in').hidden = false;
  byId('sign-in').replaceChildren(
    element('div', { class: 'problem', role: 'alert' }, [
      element('h2', {}, [title]),
      element('p', {}, [message]),
      element('p', {}, [remedy]),
      button('Ask again', begin, { class: 'main' }),
    ]),
  );
}

function begin(): void {
  open(undefined).catch(failToBegin);
}

begin();
