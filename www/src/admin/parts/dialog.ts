// Dialogs: the browser's own, which hold the focus and give it back.

import { button, h } from '../../dom.js';
import { showErrors } from '../../form.js';
import { icon } from '../../icons.js';
import { ApiFailure, isKeyRefused, linesOf } from '../api.js';
import { written } from '../format.js';

/** What a dialog asks. */
export interface Question {
  readonly title: string;
  readonly nodes: readonly Node[];
  /** What the button that does it says. */
  readonly submit: string;
  /** Whether it takes something away. */
  readonly danger?: boolean;
  readonly wide?: boolean;
  /** Does it; the dialog stays open with what went wrong when this throws. */
  readonly run: (form: HTMLFormElement) => Promise<void>;
  /** Called when the dialog is shown. */
  readonly shown?: (form: HTMLFormElement) => void;
}

/**
 * Asks something; answers whether it was done.
 *
 * @throws ApiFailure when the key is not taken any more: then nobody can go on here.
 */
export function ask(question: Question): Promise<boolean> {
  const { title, nodes, submit, danger = false, wide = false } = question;
  const failure = h('div', { class: 'dialog-failure', role: 'alert' });
  const accept = h(
    'button',
    { type: 'submit', class: `button ${danger ? 'danger' : 'primary'}` },
    submit,
  );
  const form = h(
    'form',
    { novalidate: true },
    ...nodes,
    failure,
    h(
      'div',
      { class: 'dialog-actions' },
      button({ class: 'button' }, () => dialog.close(), 'Cancel'),
      accept,
    ),
  );
  const dialog = frame(title, form, wide);
  let isDone = false;
  let end: ApiFailure | undefined;
  let running = Promise.resolve();
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!accept.disabled) running = run();
  });

  async function run(): Promise<void> {
    accept.disabled = true;
    failure.replaceChildren();
    try {
      await question.run(form);
      isDone = true;
      dialog.close();
    } catch (error) {
      if (isKeyRefused(error)) {
        end = error;
        dialog.close();
        return;
      }
      const errors = showErrors(form, error instanceof ApiFailure ? error.errors : []);
      const more = linesOf(errors).map((line) => h('li', {}, written(line)));
      failure.append(h('p', {}, written(messageOf(error))), h('ul', {}, ...more));
    } finally {
      accept.disabled = false;
    }
  }

  return new Promise((resolve, reject) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      // What the server was asked to do is done, also when the dialog is closed meanwhile.
      void running.then(() => (end ? reject(end) : resolve(isDone)));
    });
    open(dialog);
    question.shown?.(form);
  });
}

/** Shows something that is closed by one button. */
export function tell(title: string, nodes: readonly Node[], close: string): Promise<void> {
  const accept = button({ class: 'button primary' }, () => dialog.close(), close);
  const actions = h('div', { class: 'dialog-actions' }, accept);
  const dialog = frame(title, h('div', { class: 'dialog-body' }, ...nodes, actions), false);
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve();
    });
    open(dialog);
  });
}

/** Says what went wrong. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function frame(title: string, content: HTMLElement, wide: boolean): HTMLDialogElement {
  const close = button(
    { class: 'icon-button', 'aria-label': 'Close' },
    () => dialog.close(),
    icon('close'),
  );
  const head = h(
    'div',
    { class: 'dialog-head' },
    h('h2', { id: 'dialog-title' }, written(title)),
    close,
  );
  const dialog = h(
    'dialog',
    { class: wide ? 'wide' : null, 'aria-labelledby': 'dialog-title' },
    head,
    content,
  );
  return dialog;
}

function open(dialog: HTMLDialogElement): void {
  document.body.append(dialog);
  dialog.showModal();
  const first = dialog.querySelector<HTMLElement>('form input, form select, form textarea');
  (first ?? dialog.querySelector<HTMLElement>('.dialog-actions .button'))?.focus();
}
