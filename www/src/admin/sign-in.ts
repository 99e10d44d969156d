// The page that asks for a key.

import { h } from '../dom.js';
import { checkField, textField, values } from '../form.js';
import { icon } from '../icons.js';
import { messageOf } from './parts/dialog.js';
import { type Session, signIn } from './session.js';

/** Makes the form; `onSession` gets who signed in. */
export function signInForm(failure: string, onSession: (session: Session) => void): HTMLElement {
  const alert = h('p', { class: 'sign-in-failure', role: 'alert' }, failure);
  const submit = h('button', { type: 'submit', class: 'button primary wide' }, 'Sign in');
  const form = h(
    'form',
    { class: 'sign-in surface' },
    h('h1', {}, icon('pin'), 'Hereabouts admin'),
    textField({
      name: 'token',
      label: 'Private key',
      type: 'password',
      required: true,
      help: 'It is kept in the memory of this page only.',
    }),
    checkField('keep', 'yes', 'Keep it until this tab is closed'),
    alert,
    submit,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void enter();
  });

  async function enter(): Promise<void> {
    if (submit.disabled) return;
    submit.disabled = true;
    alert.textContent = '';
    const { token = '', keep } = values(form);
    try {
      onSession(await signIn(token, keep === 'yes'));
    } catch (error) {
      alert.textContent = messageOf(error);
      form.querySelector('input')?.focus();
    } finally {
      submit.disabled = false;
    }
  }

  return form;
}
