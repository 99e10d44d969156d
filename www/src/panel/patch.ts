// Turns the shown view into a new one in place, so that a press, a focus or a selection in it lasts.

import { takeClicks } from '../dom.js';

/** Elements that people act on: one that changed is another one, which no press may slip into. */
const ACTED_ON = 'button, a, select, input, textarea, summary';

/**
 * Makes an element like a new one, keeping what is the same in both; the new one is used up.
 *
 * Of what was listened to, only the clicks of buttons are those of the new one.
 */
export function patch(shown: Element, next: Element): void {
  if (shown.isEqualNode(next)) {
    takeClicks(shown, next);
    return;
  }
  patchAttributes(shown, next);
  const rest = [...shown.childNodes];
  for (const child of [...next.childNodes]) {
    const turn = rest.findIndex((node) => isSame(node, child));
    const kept = rest[turn];
    if (!kept) {
      shown.insertBefore(child, rest[0] ?? null);
      continue;
    }
    // Nodes are never moved: that would end a press as well.
    for (const gone of rest.splice(0, turn + 1)) if (gone !== kept) gone.remove();
    if (kept instanceof Element && child instanceof Element) patch(kept, child);
  }
  for (const gone of rest) gone.remove();
}

function isSame(shown: Node, next: Node): boolean {
  if (!(shown instanceof Element && next instanceof Element)) return shown.isEqualNode(next);
  if (next.matches(ACTED_ON)) return shown.isEqualNode(next);
  return (
    shown.tagName === next.tagName &&
    ['class', 'data-country'].every((name) => shown.getAttribute(name) === next.getAttribute(name))
  );
}

function patchAttributes(shown: Element, next: Element): void {
  for (const { name } of [...shown.attributes]) {
    if (!next.hasAttribute(name)) shown.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
}
