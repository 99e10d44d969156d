// Starts the admin pages: signs in with what is kept for this tab, or asks for a key.

import { button, byId, h } from '../dom.js';
import { ApiFailure } from './api.js';
import { Frame } from './frame.js';
import { messageOf } from './parts/dialog.js';
import { type Session, signIn, signOut, storedToken } from './session.js';
import { signInForm } from './sign-in.js';

const top = byId('top', HTMLElement);
const main = byId('main', HTMLElement);

async function start(): Promise<void> {
  const token = storedToken();
  if (!token) {
    askForKey();
    return;
  }
  try {
    enter(await signIn(token, true));
  } catch (error) {
    // What passes, such as a server that is being started, is no word about the key.
    if (error instanceof ApiFailure) offerRetry(error);
    else leave(messageOf(error));
  }
}

function offerRetry(failure: ApiFailure): void {
  const retry = button({ class: 'button primary' }, tryAgain, 'Try again');
  function tryAgain(): void {
    retry.disabled = true;
    void start();
  }
  main.replaceChildren(
    h('h1', { tabindex: -1 }, 'This did not work'),
    h('p', { class: 'lead', role: 'alert' }, failure.message),
    h(
      'div',
      { class: 'page-actions' },
      retry,
      button({ class: 'button' }, () => leave(), 'Sign out'),
    ),
  );
  retry.focus();
}

function leave(failure = ''): void {
  signOut();
  askForKey(failure);
}

function askForKey(failure = ''): void {
  top.replaceChildren();
  document.title = 'Sign in – Hereabouts admin';
  main.replaceChildren(signInForm(failure, enter));
  main.querySelector('input')?.focus();
}

function enter(session: Session): void {
  void new Frame(session, leave).show();
}

void start();
