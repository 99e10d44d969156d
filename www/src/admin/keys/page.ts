// The list of keys, with everything that can be done to them.

import { h } from '../../dom.js';
import { filterForm, selectField, textField } from '../../form.js';
import { icon } from '../../icons.js';
import { badge, count, time, written } from '../format.js';
import { actionButton } from '../parts/action.js';
import { pageHash, pager } from '../parts/pager.js';
import { table } from '../parts/table.js';
import type { Key, Page } from '../types.js';
import { type Context, hashOf, loadBelow, type View } from '../view.js';
import { createKey, editKey, revokeKey, rotateKey } from './actions.js';

/** Characters of a token that may be shown, and by which it is found. */
const SHOWN_CHARS = 7;

/** Loads a page of the list. */
export async function keysPage(context: Context): Promise<View> {
  const { session, route, go } = context;
  const parameters = new URLSearchParams(route.filters);
  if (!parameters.has('limit')) parameters.set('limit', '25');
  const mayWrite = session.may('keys:write');
  const create = actionButton(
    context,
    { class: 'button primary', id: 'create-key' },
    () => createKey(context),
    icon('plus'),
    'Create key',
  );
  const head = [
    h('div', { class: 'page-head' }, h('h1', { tabindex: -1 }, 'Keys'), mayWrite && create),
    filterForm('Keys', filters(route.filters), (wanted) => go(hashOf('keys', '', shown(wanted)))),
  ];
  const loading = session.api.get<Page<Key>>(`/keys?${parameters}`);
  const { data: page } = await loadBelow(head, loading);
  return {
    title: 'Keys',
    nodes: [
      ...head,
      keyTable(context, page.data, mayWrite),
      pager(
        count(page.total, 'key'),
        pageHash('keys', page.previousUrl),
        pageHash('keys', page.nextUrl),
      ),
    ],
  };
}

/** Cuts a token that is searched to what the server shows of it: addresses are kept by browsers. */
function shown(wanted: Record<string, string>): Record<string, string> {
  const { search = '' } = wanted;
  return search.startsWith('pk_') ? { ...wanted, search: search.slice(0, SHOWN_CHARS) } : wanted;
}

function filters(chosen: URLSearchParams): HTMLElement[] {
  return [
    textField({
      name: 'search',
      label: 'Name, id or start of the token',
      type: 'search',
      value: chosen.get('search') ?? '',
    }),
    selectField(
      'role',
      'Role',
      [
        ['', 'Any'],
        ['public', 'Public'],
        ['private', 'Private'],
      ],
      chosen.get('role') ?? '',
    ),
    selectField(
      'status',
      'Status',
      [
        ['', 'All but revoked'],
        ['active', 'Active'],
        ['inactive', 'Inactive'],
        ['deleted', 'Revoked'],
      ],
      chosen.get('status') ?? '',
    ),
  ];
}

function keyTable(context: Context, keys: readonly Key[], mayWrite: boolean): HTMLElement {
  const own = context.session.key.id;
  return table(
    'Keys',
    [
      {
        heading: 'Name',
        names: true,
        cell: (key: Key) => [
          h('span', { class: 'row-name' }, written(key.name ?? 'unnamed')),
          h('code', { class: 'muted' }, `${key.token.slice(0, SHOWN_CHARS).replace(/…+$/, '')}…`),
        ],
      },
      { heading: 'Role', cell: ({ role }) => role },
      { heading: 'May', cell: (key) => scopesOf(key) },
      { heading: 'Limited to', cell: (key) => limitsOf(key) },
      { heading: 'Last used', cell: ({ lastUsedAt }) => time(lastUsedAt) },
      { heading: 'Status', cell: (key) => stateOf(key) },
      {
        heading: 'Actions',
        hidden: true,
        cell: (key) => (key.deletedAt || !mayWrite ? null : actions(context, key, key.id === own)),
      },
    ],
    keys,
    'No keys match.',
  );
}

function actions(context: Context, key: Key, isOwn: boolean): HTMLElement {
  const name = key.name ?? key.id;
  const action = (verb: string, run: () => Promise<void>, kind = '') =>
    actionButton(
      context,
      {
        class: `button small ${kind}`,
        id: `${verb.toLowerCase()}-${key.id}`,
        'aria-label': `${verb} ${name}`,
      },
      run,
      verb,
    );
  return h(
    'div',
    { class: 'row-actions' },
    action('Edit', () => editKey(context, key.id)),
    !key.rotation?.graceUntil && action('Rotate', () => rotateKey(context, key)),
    // The server refuses to lock out the person who asks.
    isOwn
      ? h('span', { class: 'muted' }, 'your key')
      : action('Revoke', () => revokeKey(context, key), 'danger'),
  );
}

function scopesOf({ permissions, role }: Key): HTMLElement {
  const isAll =
    role === 'private' && permissions.includes('keys:write') && permissions.length >= 13;
  const text = isAll ? 'everything' : permissions.join(', ') || 'nothing';
  return h('span', { class: 'scopes' }, text);
}

function limitsOf({ domains, allowedIps, countries }: Key): string {
  const limits = [
    ...domains,
    ...allowedIps,
    ...(countries ?? []).map((code) => code.toUpperCase()),
  ];
  return limits.join(', ') || '–';
}

function stateOf({ status, deletedAt, expiresAt, rotation }: Key): (Node | string)[] {
  if (deletedAt) return [badge('revoked', 'danger')];
  if (expiresAt && Date.parse(expiresAt) <= Date.now()) return [badge('expired', 'danger')];
  const end = rotation?.graceUntil ?? expiresAt;
  const state = status === 'active' ? badge('active', 'good') : badge(status, 'warn');
  return end ? [state, ' until ', time(end)] : [state];
}
