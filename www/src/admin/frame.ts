// The frame around all pages: navigation by the address, loading, and telling what happened.

import { button, byId, h } from '../dom.js';
import { showErrors } from '../form.js';
import { icon } from '../icons.js';
import { ApiFailure, isKeyRefused, linesOf } from './api.js';
import { auditPage } from './audit.js';
import { basesPage } from './bases/page.js';
import { spelled, written } from './format.js';
import { keysPage } from './keys/page.js';
import { messageOf } from './parts/dialog.js';
import { patchPage } from './patches/page.js';
import { queuePage } from './patches/queue.js';
import { goOnWith, type Session } from './session.js';
import {
  type Context,
  hashOf,
  ListFailure,
  type Loader,
  type Notice,
  type Route,
  routeOf,
} from './view.js';

interface Section {
  readonly name: string;
  readonly label: string;
  /** The permission without which it is not shown. */
  readonly needs: string;
  readonly load: Loader;
}

const SECTIONS: readonly Section[] = [
  {
    name: 'patches',
    label: 'Patches',
    needs: 'patches:read',
    load: (context) => (context.route.id ? patchPage(context) : queuePage(context)),
  },
  { name: 'keys', label: 'Keys', needs: 'keys:read', load: keysPage },
  { name: 'bases', label: 'Bases', needs: 'patches:read', load: basesPage },
  { name: 'audit', label: 'Audit log', needs: 'audit:read', load: auditPage },
];

/** Shows the pages that a session may use. */
export class Frame {
  #session: Session;
  readonly #leave: (failure?: string) => void;
  readonly #main = byId('main', HTMLElement);
  readonly #listener = () => void this.show();
  #round = 0;
  #shown = '';
  #coming: Notice | undefined;

  /** `leave` is called when the person signs out or the key is no longer taken. */
  constructor(session: Session, leave: (failure?: string) => void) {
    this.#session = session;
    this.#leave = leave;
    addEventListener('hashchange', this.#listener);
  }

  /** Shows the page of the address. */
  async show(notice = this.#coming): Promise<void> {
    this.#coming = undefined;
    const round = ++this.#round;
    const route = routeOf(location.hash);
    const section = this.#sections().find(({ name }) => name === route.section);
    if (!section) {
      history.replaceState(null, '', hashOf(this.#sections()[0]?.name ?? ''));
      await this.show(notice);
      return;
    }
    this.#navigate(section);
    this.#main.setAttribute('aria-busy', 'true');
    try {
      const view = await section.load(this.#context(route));
      if (round !== this.#round) return;
      document.title = `${spelled(view.title)} – Hereabouts admin`;
      this.#put(view.nodes);
      view.mounted?.();
      this.#tell(notice);
    } catch (error) {
      if (round === this.#round) this.#failToShow(error);
    } finally {
      if (round === this.#round) this.#main.removeAttribute('aria-busy');
    }
  }

  /** Shows nodes instead of those before; what was typed and the focus stay where they can. */
  #put(nodes: readonly Node[]): void {
    const before = this.#shown === location.hash ? this.#filters() : null;
    const focused = document.activeElement;
    this.#main.replaceChildren(...nodes);
    this.#shown = location.hash;
    const field = before && this.#keepTyped(before, focused);
    (field ?? this.#sameAs(focused?.id))?.focus();
  }

  #sections(): Section[] {
    return SECTIONS.filter(({ needs }) => this.#session.may(needs));
  }

  #context(route: Route): Context {
    return {
      session: this.#session,
      route,
      refresh: (notice) => this.show(notice),
      go: (hash, notice) => {
        this.#coming = notice;
        if (location.hash === hash) void this.show();
        else location.hash = hash;
      },
      fail: (error) => this.#fail(error),
      changeKey: (key) => {
        this.#session = goOnWith(key);
      },
    };
  }

  #navigate(current: Section): void {
    const links = this.#sections().map(({ name, label }) =>
      h(
        'li',
        {},
        h('a', { href: hashOf(name), 'aria-current': name === current.name && 'page' }, label),
      ),
    );
    const { key } = this.#session;
    byId('top', HTMLElement).replaceChildren(
      h('p', { class: 'brand' }, icon('pin'), 'Hereabouts', h('span', {}, ' admin')),
      h('nav', { 'aria-label': 'Sections' }, h('ul', {}, ...links)),
      h('p', { class: 'signed-in' }, written(key.name ?? key.id)),
      button({ class: 'button small' }, () => this.#signOut(), 'Sign out'),
    );
  }

  #signOut(failure?: string): void {
    this.#round++;
    removeEventListener('hashchange', this.#listener);
    this.#tell(undefined);
    this.#leave(failure);
  }

  #failToShow(error: unknown): void {
    const heading = h('h1', { tabindex: -1 }, 'This did not work');
    const { reason, head } =
      error instanceof ListFailure ? error : { reason: error, head: [heading] };
    const retry = button({ class: 'button', id: 'retry' }, () => void this.show(), 'Try again');
    this.#put([...head, retry]);
    this.#fail(reason);
  }

  #fail(error: unknown): void {
    if (isKeyRefused(error)) {
      this.#signOut('The server does not take this key any more. Sign in again.');
      return;
    }
    const errors = error instanceof ApiFailure ? error.errors : [];
    const form = this.#filters();
    const more = linesOf(form ? showErrors(form, errors) : errors);
    this.#tell({ kind: 'failed', text: messageOf(error), more });
  }

  #tell(notice: Notice | undefined): void {
    for (const kind of ['done', 'failed'] as const) {
      const told = notice?.kind === kind ? [noticeNode(notice)] : [];
      byId(kind, HTMLElement).replaceChildren(...told);
    }
  }

  /**
   * Puts what was typed into the filters of the page, as it was before, into those of the new
   * one; answers the field in which the person is.
   */
  #keepTyped(before: HTMLFormElement, focused: Element | null): HTMLElement | null {
    let current: HTMLElement | null = null;
    for (const old of before.elements) {
      if (!isField(old)) continue;
      const field = this.#filters()?.elements.namedItem(old.name);
      if (!isField(field)) continue;
      field.value = old.value;
      if (old !== focused) continue;
      current = field;
      if (old instanceof HTMLInputElement && old.selectionStart !== null) {
        (field as HTMLInputElement).setSelectionRange(old.selectionStart, old.selectionEnd);
      }
    }
    return current;
  }

  #filters(): HTMLFormElement | null {
    return this.#main.querySelector<HTMLFormElement>('form.filters');
  }

  /** Where the focus was, if that is still there, else the start of the page. */
  #sameAs(id: string | undefined): HTMLElement | null {
    const same = id ? document.getElementById(id) : null;
    return same ?? this.#main.querySelector<HTMLElement>('h1');
  }
}

function noticeNode({ text, more = [] }: Notice): HTMLElement {
  const items = more.map((item) => h('li', {}, written(item)));
  return h(
    'div',
    { class: 'notice' },
    h('p', {}, written(text)),
    items.length > 0 && h('ul', {}, ...items),
  );
}

function isField(node: unknown): node is HTMLInputElement | HTMLSelectElement {
  return node instanceof HTMLInputElement || node instanceof HTMLSelectElement;
}
