// The queue of patches: filters, pages, and decisions about many at once.

import { h } from '../../dom.js';
import { filterForm, selectField, textField } from '../../form.js';
import { count, entries, time, written } from '../format.js';
import { actionButton } from '../parts/action.js';
import { ask } from '../parts/dialog.js';
import { pager } from '../parts/pager.js';
import { table } from '../parts/table.js';
import type { Session } from '../session.js';
import type { Patch, PatchList } from '../types.js';
import { type Context, hashOf, loadBelow, type View } from '../view.js';
import { changeAll } from './change.js';
import { summary } from './compare.js';
import { reasonField, reasonOf } from './edit.js';
import { hasRival, rivalBadge, statusBadge } from './status.js';

const PAGE_SIZE = 20;
const TYPES = [
  'administrative',
  'airport',
  'bus',
  'city',
  'county',
  'street',
  'tourism',
  'townhall',
  'train',
];

/** Loads a page of the queue. */
export async function queuePage(context: Context): Promise<View> {
  const { session, route, go } = context;
  const filter = (name: string, usual = '') => route.filters.get(name) ?? usual;
  const status = filter('status', 'pending');
  const wanted = Number.parseInt(filter('offset', '0'), 10) || 0;
  const body: Record<string, unknown> = {};
  if (status !== 'any') body['status'] = status;
  if (filter('query')) body['query'] = filter('query');
  if (filter('countries')) body['countries'] = entries(filter('countries'));
  if (filter('type')) body['types'] = [filter('type')];
  const head = [
    h('h1', { tabindex: -1 }, 'Patches'),
    filterForm('Patches', filters(filter, status), (wanted) => go(hashOf('patches', '', wanted))),
  ];
  const list = await loadBelow(head, loadPage(session, body, wanted));
  const { offset } = list;
  const at = (to: number) =>
    hashOf('patches', '', { ...Object.fromEntries(route.filters), offset: to > 0 ? `${to}` : '' });
  const hasMore = offset + list.results.length < list.totalResults;
  const isDecider = session.may('patches:write');
  return {
    title: 'Patches',
    nodes: [
      ...head,
      ...(isDecider
        ? selectable(context, list.results)
        : [patchTable(context, list.results, null)]),
      pager(
        count(list.totalResults, 'patch', 'patches'),
        offset > 0 ? at(Math.max(0, offset - PAGE_SIZE)) : null,
        hasMore ? at(offset + PAGE_SIZE) : null,
      ),
    ],
  };
}

/** Address of the queue as it is filtered, or of a patch that remembers that. */
export function queueHash({ route }: Context, id = ''): string {
  return hashOf('patches', id, Object.fromEntries(route.filters));
}

/** Loads a page, or the last one that has patches where the decided ones have left it empty. */
async function loadPage(
  { api }: Session,
  filter: Record<string, unknown>,
  wanted: number,
): Promise<PatchList> {
  const load = async (offset: number) => {
    const body = { ...filter, maxResults: PAGE_SIZE, offset };
    return (await api.send<PatchList>('POST', '/patch/search', { body })).data;
  };
  const list = await load(wanted);
  if (list.results.length > 0 || wanted === 0) return list;
  const last = Math.max(0, Math.ceil(list.totalResults / PAGE_SIZE) - 1);
  return load(last * PAGE_SIZE);
}

function filters(filter: (name: string) => string, status: string): HTMLElement[] {
  return [
    textField({ name: 'query', label: 'Text', type: 'search', value: filter('query') }),
    selectField(
      'status',
      'Status',
      [
        ['pending', 'Pending'],
        ['approved', 'Approved'],
        ['any', 'Any'],
      ],
      status,
    ),
    textField({ name: 'countries', label: 'Country codes', value: filter('countries') }),
    selectField(
      'type',
      'Type',
      [['', 'Any'], ...TYPES.map((type) => [type, type] as const)],
      filter('type'),
    ),
  ];
}

/** The table with boxes to tick, and what can be done with the ticked ones. */
function selectable(context: Context, patches: readonly Patch[]): HTMLElement[] {
  const selected = new Map<string, Patch>();
  const told = h('p', { role: 'status' });
  const act = (label: string, run: () => Promise<void>, kind: string) =>
    actionButton(context, { class: `button small ${kind}` }, run, label);
  const approve = act('Approve selected', () => approveAll(context, [...selected.values()]), '');
  const reject = act('Reject selected', () => rejectAll(context, [...selected.values()]), 'danger');
  const mayApprove = context.session.may('patches:approve');

  function update(): void {
    const isApproved = [...selected.values()].some(({ status }) => status === 'approved');
    told.textContent = selected.size === 0 ? '' : `${selected.size} selected`;
    approve.disabled = selected.size === 0;
    reject.disabled = selected.size === 0 || (isApproved && !mayApprove);
  }

  const tick = (patch: Patch, isTicked: boolean) => {
    if (isTicked) selected.set(patch.id, patch);
    else selected.delete(patch.id);
    update();
  };
  update();
  const bar = h('div', { class: 'bulk' }, mayApprove && approve, reject, told);
  return patches.length === 0
    ? [patchTable(context, patches, null)]
    : [bar, patchTable(context, patches, tick)];
}

function patchTable(
  context: Context,
  patches: readonly Patch[],
  tick: ((patch: Patch, isTicked: boolean) => void) | null,
): HTMLElement {
  const box = (patch: Patch) => {
    const input = h('input', { type: 'checkbox', 'aria-label': `Select ${patch.name}` });
    input.addEventListener('change', () => tick?.(patch, input.checked));
    return h('span', { class: 'tick' }, input);
  };
  const columns = [
    {
      heading: 'Record',
      names: true,
      cell: (patch: Patch) =>
        h(
          'a',
          { href: queueHash(context, patch.id), id: `patch-${patch.id}` },
          written(patch.name),
        ),
    },
    { heading: 'Type', cell: ({ type }: Patch) => type },
    { heading: 'Where', cell: (patch: Patch) => where(patch) },
    { heading: 'What', cell: (patch: Patch) => summary(patch) },
    { heading: 'Status', cell: (patch: Patch) => [statusBadge(patch), ' ', rivalBadge(patch)] },
    { heading: 'Changed', cell: ({ updatedAt }: Patch) => time(updatedAt) },
  ];
  const all = tick ? [{ heading: 'Select', hidden: true, cell: box }, ...columns] : columns;
  return table('Patches', all, patches, 'No patches match.');
}

/** Names city and country. */
export function where({ city, country, countrycode }: Patch): string {
  return [city, country || countrycode.toUpperCase()].filter((text) => text !== '').join(', ');
}

async function approveAll(context: Context, patches: readonly Patch[]): Promise<void> {
  const rivals = patches.filter(hasRival).length;
  const warning = `Of ${count(rivals, 'record')} this takes back what else is approved.`;
  const seen = h('p', {}, 'Everybody who searches sees them at once.');
  await askForAll(context, patches, {
    verb: 'Approve',
    nodes: rivals === 0 ? [seen] : [seen, h('p', { class: 'warning' }, warning)],
    method: 'PATCH',
    body: () => ({ status: 'approved' }),
    done: 'approved',
  });
}

async function rejectAll(context: Context, patches: readonly Patch[]): Promise<void> {
  await askForAll(context, patches, {
    verb: 'Reject',
    nodes: [h('p', {}, 'They are deleted; their history stays.'), reasonField()],
    danger: true,
    method: 'DELETE',
    body: reasonOf,
    done: 'rejected',
  });
}

/** What is done to all selected patches. */
interface Decision {
  readonly verb: string;
  readonly nodes: readonly Node[];
  readonly danger?: boolean;
  readonly method: 'PATCH' | 'DELETE';
  readonly body: (form: HTMLFormElement) => Record<string, unknown>;
  readonly done: string;
}

async function askForAll(
  context: Context,
  patches: readonly Patch[],
  { verb, nodes, danger = false, method, body, done }: Decision,
): Promise<void> {
  const all = count(patches.length, 'patch', 'patches');
  let left: string[] = [];
  const isDone = await ask({
    title: `${verb} ${all}?`,
    nodes,
    submit: verb,
    danger,
    run: async (form) => {
      left = await changeAll(context.session, patches, method, body(form));
    },
  });
  if (!isDone) return;
  if (left.length === 0) await context.refresh({ kind: 'done', text: `${all} ${done}.` });
  else {
    const text = `${patches.length - left.length} of ${all} ${done}. Not these:`;
    await context.refresh({ kind: 'failed', text, more: left });
  }
}
