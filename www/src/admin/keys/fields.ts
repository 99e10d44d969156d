// The fields of a key in a dialog.

import { checkGroup, selectField, textField, values } from '../../form.js';
import { entries } from '../format.js';
import type { Key, Permission } from '../types.js';

/** What public keys can have. */
const PUBLIC_SCOPES = ['geocode:search', 'geocode:reverse', 'sync:read', 'patches:propose'];
/** What public keys have unless told otherwise. */
const PUBLIC_DEFAULT = PUBLIC_SCOPES.slice(0, 3);

/** Makes the fields of a key, or of a new one. */
export function keyFields(key: Key | null, grantable: readonly Permission[]): HTMLElement[] {
  const role = key?.role ?? 'public';
  const isPrivate = role === 'private';
  const scopes = checkGroup('May', 'permissions', grantable, key?.permissions ?? PUBLIC_DEFAULT);
  offer(scopes, isPrivate);
  const fields = [
    textField({ name: 'name', label: 'Name', value: key?.name ?? '', maxlength: 100 }),
    textField({
      name: 'description',
      label: 'Description',
      value: key?.description ?? '',
      maxlength: 200,
    }),
    key ? statusField(key) : roleField(scopes),
    scopes,
    listField(
      'domains',
      'Domains',
      key?.domains,
      'One a line, such as *.example.com; empty for all.',
    ),
    listField(
      'allowedIps',
      'Addresses',
      key?.allowedIps,
      'One a line, such as 10.0.0.0/8; empty for all.',
    ),
    listField('countries', 'Countries', key?.countries, 'Codes of two letters; empty for all.'),
    textField({
      name: 'expiresAt',
      label: 'Expires',
      type: 'datetime-local',
      value: localTime(key?.expiresAt),
      help: 'In your time zone; empty for never.',
    }),
  ];
  return fields;
}

/** Reads the fields: everything for a new key, what was changed for one that exists. */
export function readKey(form: HTMLFormElement, key: Key | null): Record<string, unknown> {
  const read = values(form);
  const countries = entries(read['countries'] ?? '');
  const expiresAt = read['expiresAt'] ?? '';
  const all: Record<string, unknown> = {
    name: read['name'] || null,
    description: read['description'] || null,
    permissions: new FormData(form).getAll('permissions'),
    domains: entries(read['domains'] ?? ''),
    allowedIps: entries(read['allowedIps'] ?? ''),
    countries: countries.length === 0 ? null : countries,
  };
  if (!key) {
    const expiry = expiresAt === '' ? {} : { expiresAt: new Date(expiresAt).toISOString() };
    return { ...all, role: read['role'], ...expiry };
  }
  all['status'] = read['status'];
  // The field has no seconds, so an expiry that was left alone is not sent.
  if (expiresAt !== localTime(key.expiresAt)) {
    all['expiresAt'] = expiresAt === '' ? null : new Date(expiresAt).toISOString();
  }
  const before = key as unknown as Record<string, unknown>;
  const changed = Object.entries(all).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
  );
  return Object.fromEntries(changed);
}

function roleField(scopes: HTMLFieldSetElement): HTMLElement {
  const field = selectField(
    'role',
    'Role',
    [
      ['public', 'Public: for web pages and apps'],
      ['private', 'Private: for servers and administrators'],
    ],
    'public',
  );
  field.querySelector('select')?.addEventListener('change', (event) => {
    const isPrivate = (event.target as HTMLSelectElement).value === 'private';
    offer(scopes, isPrivate);
    for (const box of scopes.querySelectorAll('input')) {
      box.checked = isPrivate || PUBLIC_DEFAULT.includes(box.value);
    }
  });
  return field;
}

function statusField(key: Key): HTMLElement {
  return selectField(
    'status',
    'Status',
    [
      ['active', 'Active'],
      ['inactive', 'Inactive: refused until it is active again'],
    ],
    key.status,
  );
}

function offer(scopes: HTMLFieldSetElement, isPrivate: boolean): void {
  for (const box of scopes.querySelectorAll('input')) {
    const isOffered = isPrivate || PUBLIC_SCOPES.includes(box.value);
    box.disabled = !isOffered;
    const row = box.closest('div');
    if (row) row.hidden = !isOffered;
  }
}

function listField(
  name: string,
  label: string,
  value: readonly string[] | null | undefined,
  help: string,
): HTMLElement {
  return textField({ name, label, value: (value ?? []).join('\n'), help, lines: true });
}

/** Writes a time as the browser's field takes it: local, without seconds. */
function localTime(text: string | null | undefined): string {
  if (!text) return '';
  const date = new Date(text);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
