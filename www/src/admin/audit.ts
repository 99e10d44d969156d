// The audit log: who changed what, newest first.

import { h } from '../dom.js';
import { filterForm, textField } from '../form.js';
import { count, time } from './format.js';
import { pageHash, pager } from './parts/pager.js';
import { table } from './parts/table.js';
import type { AuditEntry, Page } from './types.js';
import { type Context, hashOf, loadBelow, type View } from './view.js';

/** Loads a page of the log. */
export async function auditPage({ session, route, go }: Context): Promise<View> {
  const { filters } = route;
  const action = filters.get('action') ?? '';
  const target = filters.get('target') ?? '';
  const form = filterForm(
    'Entries',
    [
      textField({
        name: 'action',
        label: 'Action',
        value: action,
        help: 'Such as key.create; key. for all of keys.',
      }),
      textField({ name: 'target', label: 'Target', value: target, help: 'Id of a key or patch.' }),
    ],
    (wanted) => go(hashOf('audit', '', wanted)),
  );
  const head = [h('h1', { tabindex: -1 }, 'Audit log'), form];
  const loading = session.api.get<Page<AuditEntry>>(`/audit?${filters}`);
  const { data: page } = await loadBelow(head, loading);
  const entries = table(
    'Entries of the audit log, newest first',
    [
      { heading: 'Time', cell: ({ at }: AuditEntry) => time(at) },
      { heading: 'Action', names: true, cell: (entry) => h('code', {}, entry.action) },
      { heading: 'Target', cell: (entry) => targetOf(entry) },
      { heading: 'By key', cell: ({ actorKeyId }) => actor(actorKeyId) },
      { heading: 'Address', cell: ({ ip }) => ip ?? '–' },
      { heading: 'Request', cell: ({ requestId }) => h('code', {}, requestId ?? '–') },
    ],
    page.data,
    'No entries match.',
  );
  const newest = filters.has('before') ? hashOf('audit', '', { action, target }) : null;
  const told = count(page.total, 'entry', 'entries');
  return {
    title: 'Audit log',
    nodes: [...head, entries, pager(told, newest, pageHash('audit', page.nextUrl), 'Newest')],
  };

  function targetOf(entry: AuditEntry): HTMLElement {
    const id = h('code', {}, entry.target);
    const isPatch = entry.action.startsWith('patch.') && session.may('patches:read');
    return isPatch ? h('a', { href: hashOf('patches', entry.target) }, id) : id;
  }
}

function actor(id: string | null): Node {
  return id ? h('code', {}, id) : h('span', {}, 'command line');
}
