// The page of one patch: what it changes, its point, its translations, its history, and decisions.

import { h } from '../../dom.js';
import { formatDistance } from '../../map/scale.js';
import type { Answer } from '../api.js';
import { time, written } from '../format.js';
import { actionButton } from '../parts/action.js';
import { ask } from '../parts/dialog.js';
import { backLink } from '../parts/pager.js';
import { table } from '../parts/table.js';
import type { HistoryEntry, Patch, PlaceRecord } from '../types.js';
import type { Context, View } from '../view.js';
import { change, Overtaken, pathOf, readPatch } from './change.js';
import { distanceM, sides, summary } from './compare.js';
import { comparison } from './comparison.js';
import { decide } from './decide.js';
import { editPatch, reasonField, reasonOf } from './edit.js';
import { PointMap } from './point-map.js';
import { queueHash, where } from './queue.js';
import { rivalWarning, statusBadge } from './status.js';
import { translationTable } from './translations.js';

/** Loads the page of a patch, or of one that has ended. */
export async function patchPage(context: Context): Promise<View> {
  const { session, route } = context;
  const read = await readPatch(session, route.id);
  // It is read afterwards, so that it has the state that is shown.
  const { data: history } = await session.api.get<{ results: HistoryEntry[] }>(
    `${pathOf(route.id)}/history`,
  );
  const back = backLink(queueHash(context), 'All patches');
  const past = historyTable(history.results);
  if (!read) {
    const title = 'A patch that has ended';
    return { title, nodes: [back, h('h1', { tabindex: -1 }, title), past] };
  }
  const { data: patch } = read;
  const warning = await rivalWarning(session, patch, history.results);
  const { before, after } = sides(patch);
  const point = (record: PlaceRecord | null) => record && { lon: record.lng, lat: record.lat };
  const map = new PointMap(point(before), point(after));
  return {
    title: patch.name,
    nodes: [
      back,
      h(
        'div',
        { class: 'page-head' },
        h('h1', { tabindex: -1 }, written(patch.name)),
        statusBadge(patch),
        session.may('patches:write') && actions(context, read),
      ),
      h('p', { class: 'lead' }, `${summary(patch)} · ${patch.type} · `, written(where(patch))),
      ...(warning ? [warning] : []),
      h(
        'div',
        { class: 'sides' },
        h('div', {}, h('h2', {}, 'What changes'), comparison('Before and after', before, after)),
        h('div', {}, h('h2', {}, 'Where'), map.element, legend(before, after)),
      ),
      h('h2', {}, 'Translations'),
      translationTable(context, read, history.results),
      past,
    ],
    mounted: () => map.start(),
  };
}

function legend(before: PlaceRecord | null, after: PlaceRecord | null): HTMLElement {
  if (before && after) {
    const moved = distanceM(before, after);
    const told = moved < 0.01 ? 'The point stays.' : `The point moves by ${formatDistance(moved)}.`;
    return h('p', { class: 'muted' }, `Ring: before. Pin: after. ${told}`);
  }
  return h('p', { class: 'muted' }, before ? 'Ring: what is removed.' : 'Pin: the new record.');
}

function actions(context: Context, read: Answer<Patch>): HTMLElement {
  const { data: patch } = read;
  const isApproved = patch.status === 'approved';
  const mayApprove = context.session.may('patches:approve');
  // Whatever end users see, before or after, is changed by those who may approve.
  const mayChange = mayApprove || !isApproved;
  const act = (id: string, label: string, kind: string, run: () => Promise<void>) =>
    actionButton(context, { class: `button ${kind}`, id }, run, label);
  const to = (status: Patch['status'], text: string) => () =>
    decide(context, () => change(context.session, read, 'PATCH', { status }), text);
  return h(
    'div',
    { class: 'page-actions' },
    mayApprove &&
      (isApproved
        ? act('take-back', 'Take back', '', to('pending', 'The patch is pending again.'))
        : act('approve', 'Approve', 'primary', to('approved', 'The patch is approved.'))),
    mayChange && !patch.remove && act('edit', 'Edit', '', () => editPatch(context, read)),
    mayChange &&
      act('reject', isApproved ? 'Delete' : 'Reject', 'danger', () => reject(context, read)),
  );
}

async function reject(context: Context, read: Answer<Patch>): Promise<void> {
  const { data: patch } = read;
  const verb = patch.status === 'approved' ? 'Delete' : 'Reject';
  let overtaken: Overtaken | undefined;
  const isDone = await ask({
    title: `${verb} the patch of ${patch.name}?`,
    nodes: [reasonField()],
    submit: verb,
    danger: true,
    run: async (form) => {
      try {
        await change(context.session, read, 'DELETE', reasonOf(form));
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error;
        // The page behind the dialog is out of date: the person decides again over the newer one.
        overtaken = error;
      }
    },
  });
  if (overtaken) await context.refresh({ kind: 'failed', text: overtaken.message });
  else if (isDone) {
    const text = `The patch of ${patch.name} was ${verb === 'Delete' ? 'deleted' : 'rejected'}.`;
    context.go(queueHash(context), { kind: 'done', text });
  }
}

function historyTable(entries: readonly HistoryEntry[]): HTMLElement {
  return h(
    'section',
    { 'aria-label': 'History' },
    h('h2', {}, 'History'),
    table(
      'History, oldest first',
      [
        { heading: 'Time', cell: ({ at }: HistoryEntry) => time(at) },
        { heading: 'What', names: true, cell: ({ action }) => action },
        {
          heading: 'By key',
          cell: ({ actorKeyId }) => h('code', {}, actorKeyId ?? 'command line'),
        },
        { heading: 'Reason', cell: ({ reason }) => reason || '–' },
      ],
      entries,
      'Nothing has happened.',
    ),
  );
}
