// What can be done to keys: make, change, rotate and revoke them.

import { button, h } from '../../dom.js';
import { selectField, values } from '../../form.js';
import { icon } from '../../icons.js';
import { ApiFailure } from '../api.js';
import { ask, tell } from '../parts/dialog.js';
import type { Key, Permission } from '../types.js';
import type { Context } from '../view.js';
import { keyFields, readKey } from './fields.js';

const GRACE: readonly (readonly [string, string])[] = [
  ['0', 'Ends at once'],
  ['3600', 'Works for one more hour'],
  ['86400', 'Works for one more day'],
  ['604800', 'Works for one more week'],
  ['2592000', 'Works for 30 more days'],
];

/** The settings that a person can change. */
const EDITED = [
  'name',
  'description',
  'status',
  'permissions',
  'domains',
  'allowedIps',
  'countries',
  'expiresAt',
] as const;

/** Asks for the settings of a new key, makes it and shows its token. */
export async function createKey(context: Context): Promise<void> {
  const { api } = context.session;
  let made: Key | undefined;
  const nodes = keyFields(null, await grantable(context));
  const isDone = await ask({
    title: 'Create key',
    nodes,
    submit: 'Create',
    wide: true,
    run: async (form) => {
      made = (await api.send<Key>('POST', '/keys', { body: readKey(form, null) })).data;
    },
  });
  if (!isDone || !made) return;
  await showToken(made);
  await context.refresh({ kind: 'done', text: `${nameOf(made)} was created.` });
}

/** Asks for other settings of a key. */
export async function editKey(context: Context, id: string): Promise<void> {
  const { api } = context.session;
  const path = `/keys/${encodeURIComponent(id)}`;
  const { data: key, etag } = await api.get<Key>(path);
  let seen = { data: key, etag };
  const isDone = await ask({
    title: `Edit ${nameOf(key)}`,
    nodes: keyFields(key, await grantable(context)),
    submit: 'Save',
    wide: true,
    run: async (form) => {
      const body = readKey(form, key);
      try {
        await api.send('PATCH', path, { body, etag: seen.etag });
      } catch (error) {
        if (!(error instanceof ApiFailure) || error.status !== 409) throw error;
        const newer = await api.get<Key>(path);
        // A refusal for another reason leaves the key as it was.
        if (newer.etag === seen.etag) throw error;
        const told = difference(seen.data, newer.data);
        // What was typed stays; only what the person changed is sent again.
        seen = newer;
        throw new Error(told);
      }
    },
  });
  if (isDone) await context.refresh({ kind: 'done', text: `${nameOf(key)} was changed.` });
  else if (seen.etag !== etag) await context.refresh();
}

/** Asks how long the old token shall work, makes a new one and shows it. */
export async function rotateKey(context: Context, key: Key): Promise<void> {
  const { session } = context;
  let made: Key | undefined;
  const isDone = await ask({
    title: `Rotate ${nameOf(key)}`,
    nodes: [
      h('p', {}, 'A new key with the same settings takes its place.'),
      selectField('graceSeconds', 'The old one', GRACE, '86400'),
    ],
    submit: 'Rotate',
    run: async (form) => {
      const body = { graceSeconds: Number(values(form)['graceSeconds']) };
      const path = `/keys/${encodeURIComponent(key.id)}/rotate`;
      made = (await session.api.send<Key>('POST', path, { body })).data;
    },
  });
  if (!isDone || !made) return;
  if (key.id === session.key.id) context.changeKey(made);
  await showToken(made);
  await context.refresh({ kind: 'done', text: `${nameOf(key)} was rotated.` });
}

/** Asks whether a key shall end, and ends it. */
export async function revokeKey(context: Context, key: Key): Promise<void> {
  const isDone = await ask({
    title: `Revoke ${nameOf(key)}?`,
    nodes: [h('p', {}, 'Whatever uses this key is refused at once. This cannot be taken back.')],
    submit: 'Revoke',
    danger: true,
    run: async () => {
      await context.session.api.send('DELETE', `/keys/${encodeURIComponent(key.id)}`);
    },
  });
  if (isDone) await context.refresh({ kind: 'done', text: `${nameOf(key)} was revoked.` });
}

/** Nobody can give more than the own key may. */
async function grantable({ session }: Context): Promise<Permission[]> {
  const { data } = await session.api.get<Permission[]>('/permissions');
  return data.filter(({ name }) => session.may(name));
}

function difference(seen: Key, newer: Key): string {
  const changed = EDITED.filter(
    (name) => JSON.stringify(seen[name]) !== JSON.stringify(newer[name]),
  ).map((name) => `${name} is now “${String(newer[name] ?? '')}”`);
  return `Nothing was changed, because someone else has changed this key meanwhile: ${changed.join('; ')}. Save again to make your changes over it.`;
}

async function showToken({ token }: Key): Promise<void> {
  const input = h('input', { id: 'token', readonly: true, value: token, spellcheck: 'false' });
  const told = h('p', { role: 'status', class: 'muted' });
  const copy = button({ class: 'button' }, () => void copyToken(), icon('copy'), 'Copy');

  async function copyToken(): Promise<void> {
    input.select();
    try {
      await navigator.clipboard.writeText(token);
      told.textContent = 'Copied.';
    } catch {
      // Pages without a secure connection may not write to the clipboard.
      told.textContent = 'It is selected: copy it with the keyboard.';
    }
  }

  await tell(
    'The token',
    [
      h('p', {}, 'Copy it now and keep it safe: these pages show it only this once.'),
      h('label', { for: 'token' }, 'Token'),
      h('div', { class: 'token' }, input, copy),
      told,
    ],
    'Done',
  );
}

function nameOf({ name, id }: Key): string {
  return name ?? id;
}
