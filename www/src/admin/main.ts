// Starts the admin pages: signs in with what is kept for this tab, or asks for a key.

import { byId } from '../dom.js';
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
    signOut();
    askForKey(messageOf(error));
  }
}

function askForKey(failure = ''): void {
  top.replaceChildren();
  document.title = 'Sign in – Hereabouts admin';
  main.replaceChildren(signInForm(failure, enter));
  main.querySelector('input')?.focus();
}

function enter(session: Session): void {
  const frame = new Frame(session, (failure) => {
    signOut();
    askForKey(failure);
  });
  void frame.show();
}

void start();
