// Messages on the page: errors and news that stay until dismissed, and words for screen readers.

import { button, byId, h } from './dom.js';
import { type IconName, icon } from './icons.js';

/** How grave a message is. */
export type MessageKind = 'error' | 'success' | 'news';

const ICONS: Readonly<Record<MessageKind, IconName>> = {
  error: 'alert',
  success: 'check',
  news: 'refresh',
};

/** An action that a message offers. */
export interface MessageAction {
  readonly label: string;
  run(): void;
}

const NEWS_MS = 10_000;
const hiding = new Map<string, ReturnType<typeof setTimeout>>();

/** Shows a message; one with the same id takes its place. */
export function showMessage(
  id: string,
  kind: MessageKind,
  text: string,
  action?: MessageAction,
): void {
  hideMessage(id);
  const message = h(
    'div',
    { class: `message surface message-${kind}`, 'data-message': id },
    icon(ICONS[kind]),
    h('p', {}, text),
    action && button({ class: 'button small primary' }, () => action.run(), action.label),
    button({ class: 'icon-button', 'aria-label': 'Dismiss' }, () => hideMessage(id), icon('close')),
  );
  byId('messages', HTMLElement).append(message);
}

/** Shows for a while what is told elsewhere as well. */
export function showNews(id: string, text: string): void {
  showMessage(id, 'success', text);
  hiding.set(
    id,
    setTimeout(() => hideMessage(id), NEWS_MS),
  );
}

/** Takes a message away. */
export function hideMessage(id: string): void {
  clearTimeout(hiding.get(id));
  hiding.delete(id);
  for (const message of byId('messages', HTMLElement).querySelectorAll<HTMLElement>('.message')) {
    if (message.dataset['message'] === id) message.remove();
  }
}

/** Says something to screen readers. */
export function announce(text: string): void {
  byId('status', HTMLElement).textContent = text;
}
