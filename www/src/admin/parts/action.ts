// Buttons that do something with the server.

import { type Attributes, button, type Child } from '../../dom.js';
import type { Context } from '../view.js';

/** Makes a button that does one thing at a time and tells what goes wrong. */
export function actionButton(
  context: Context,
  attributes: Attributes,
  run: () => Promise<void>,
  ...children: readonly Child[]
): HTMLButtonElement {
  let isRunning = false;

  async function once(): Promise<void> {
    isRunning = true;
    // Being `disabled` would take the focus, which dialogs give back.
    element.setAttribute('aria-disabled', 'true');
    try {
      await run();
    } catch (error) {
      context.fail(error);
    } finally {
      isRunning = false;
      element.removeAttribute('aria-disabled');
    }
  }

  const element = button(
    attributes,
    ({ detail }) => {
      // The second click of a double click may meet the button that has taken the first one's place.
      if (!isRunning && detail < 2) void once();
    },
    ...children,
  );
  return element;
}
