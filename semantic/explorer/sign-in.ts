import { authorizationOf } from './cube-rest.ts';
import { element } from './dom.ts';

/**
 * Asks who is there. What is typed stays in this page's memory: it is gone with the tab, and with a reload. `onGiven`
 * answers whether the credentials were accepted.
 */
export function signInForm(onGiven: (authorization: string) => Promise<void>): HTMLElement {
  const user = element('input', {
    id: 'user',
    type: 'text',
    autocomplete: 'username',
    autocapitalize: 'none',
  });
  const secret = element('input', {
    id: 'secret',
    type: 'password',
    autocomplete: 'current-password',
    required: true,
    'aria-describedby': 'secret-hint',
  });
  const refusal = element('div', { role: 'alert' });
  const form = element('form', { class: 'sign-in', 'aria-labelledby': 'sign-in-title' }, [
    element('h2', { id: 'sign-in-title' }, ['Who asks?']),
    element('p', {}, ['These metrics are shown to people who are known to the platform.']),
    refusal,
    element('label', { for: 'user' }, ['User']),
    user,
    element('label', { for: 'secret' }, ['Secret']),
    secret,
    element('p', { class: 'quiet', id: 'secret-hint' }, [
      'With a token, leave the user empty and put it here.',
    ]),
    element('button', { type: 'submit', class: 'main' }, ['Sign in']),
  ]);
  const give = async (): Promise<void> => {
    refusal.replaceChildren();
    try {
      await onGiven(authorizationOf(user.value.trim(), secret.value));
    } catch (error) {
      const text = error instanceof Error ? error.message : 'this did not work';
      refusal.replaceChildren(element('p', { class: 'problem' }, [`Not signed in: ${text}.`]));
      secret.select();
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void give();
  });
  return form;
}
