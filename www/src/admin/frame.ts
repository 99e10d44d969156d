// The frame around all pages: navigation by the address, loading, and telling what happened.

import { button, byId, h } from '../dom.js';
import { icon } from '../icons.js';
import { ApiFailure } from './api.js';
import { auditPage } from './audit.js';
import { basesPage } from './bases/page.js';
import { keysPage } from './keys/page.js';
import { messageOf } from './parts/dialog.js';
import { patchPage } from './patches/page.js';
import { queuePage } from './patches/queue.js';
import { type Session, signIn, storedToken } from './session.js';
import { type Context, hashOf, type Loader, type Notice, type Route, routeOf } from './view.js';

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
      const focused = document.activeElement?.id;
      document.title = `${view.title} – Hereabouts admin`;
      this.#main.replaceChildren(...view.nodes);
      view.mounted?.();
      this.#tell(notice);
      this.#focus(focused);
    } catch (error) {
      if (round === this.#round) this.#fail(error);
    } finally {
      if (round === this.#round) this.#main.removeAttribute('aria-busy');
    }
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
      changeToken: async (token) => {
        this.#session = await signIn(token, storedToken() !== null);
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
      h('p', { class: 'signed-in' }, key.name ?? key.id),
      button({ class: 'button small' }, () => this.#signOut(), 'Sign out'),
    );
  }

  #signOut(failure?: string): void {
    this.#round++;
    removeEventListener('hashchange', this.#listener);
    this.#tell(undefined);
    this.#leave(failure);
  }

  #fail(error: unknown): void {
    if (error instanceof ApiFailure && error.status === 401) {
      this.#signOut('The server does not take this key any more. Sign in again.');
      return;
    }
    const retry = button({ class: 'button', id: 'retry' }, () => void this.show(), 'Try again');
    this.#main.replaceChildren(h('h1', { tabindex: -1 }, 'This did not work'), retry);
    this.#tell({ kind: 'failed', text: messageOf(error) });
  }

  #tell(notice: Notice | undefined): void {
    for (const kind of ['done', 'failed'] as const) {
      const text = notice?.kind === kind ? notice.text : '';
      byId(kind, HTMLElement).replaceChildren(text && h('p', {}, text));
    }
  }

  /** Leaves the focus where it was, if that is still there, else at the start of the page. */
  #focus(id: string | undefined): void {
    const same = id ? document.getElementById(id) : null;
    (same ?? this.#main.querySelector<HTMLElement>('h1'))?.focus();
  }
}
