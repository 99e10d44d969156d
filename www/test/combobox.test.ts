// Keyboard and pointer rules of the combobox, row by row of the ARIA pattern.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ComboboxEvent, type ComboboxState, INITIAL, step } from '../src/combobox/state.js';

const OPEN: ComboboxState = { ...INITIAL, value: 'vad', expanded: true, count: 3 };
const CLOSED: ComboboxState = { ...OPEN, expanded: false };
/** Typed into, with the options of the text before. */
const TYPING: ComboboxState = { ...OPEN, current: false };
const WAITING: ComboboxState = { ...TYPING, waiting: true };

const key = (name: string, alt = false): ComboboxEvent => ({ type: 'key', key: name, alt });

/** Runs one event and compares the parts of the state and the effects that matter. */
function check(
  from: ComboboxState,
  event: ComboboxEvent,
  expected: Partial<ComboboxState>,
  effects: readonly string[],
): void {
  const { state, effects: got } = step(from, event);
  assert.deepEqual({ ...state }, { ...from, ...expected });
  assert.deepEqual(
    got.map((effect) => {
      if (effect.type === 'pick') return `pick ${effect.index}`;
      if (effect.type === 'search') return `search "${effect.value}"`;
      if (effect.type === 'caret') return `caret ${effect.to}`;
      return effect.type;
    }),
    effects,
  );
}

test('typing searches, opens the list and puts the highlight back on the text', () => {
  const expected = { value: 'vadu', active: -1, current: false };
  check({ ...OPEN, active: 1 }, { type: 'input', value: 'vadu' }, expected, ['search "vadu"']);
});

test('emptying the box closes the list and drops its options', () => {
  check(OPEN, { type: 'input', value: ' ' }, { value: ' ', expanded: false, count: 0 }, [
    'search " "',
  ]);
});

test('new options take the highlight away', () => {
  check({ ...OPEN, active: 2 }, { type: 'options', count: 1 }, { count: 1, active: -1 }, []);
});

test('enter waits for the options of the present text and takes the first of them', () => {
  check(TYPING, key('Enter'), { waiting: true }, ['handled']);
  const expected = { count: 2, expanded: false, current: true, waiting: false };
  check(WAITING, { type: 'options', count: 2 }, expected, ['pick 0']);
  const none = { count: 0, current: true, waiting: false };
  check(WAITING, { type: 'options', count: 0 }, none, []);
});

test('enter takes what was highlighted since the text changed without waiting', () => {
  check({ ...TYPING, active: 1 }, key('Enter'), { expanded: false, active: -1 }, [
    'pick 1',
    'handled',
  ]);
});

test('escape, typing, moving on and leaving end the waiting of enter', () => {
  check(WAITING, key('Escape'), { expanded: false, waiting: false }, ['handled']);
  check(WAITING, key('ArrowDown'), { active: 0, waiting: false }, ['handled']);
  check(WAITING, { type: 'leave' }, { expanded: false, waiting: false }, []);
  const typed = { value: 'vadu', waiting: false };
  check(WAITING, { type: 'input', value: 'vadu' }, typed, ['search "vadu"']);
});

test('outdated options are asked for anew when the list is open, else once it is opened', () => {
  check(OPEN, { type: 'outdated' }, { current: false }, ['search "vad"']);
  check(CLOSED, { type: 'outdated' }, { current: false }, []);
  const expected = { expanded: true };
  check({ ...CLOSED, current: false }, key('ArrowDown'), expected, ['search "vad"', 'handled']);
  check(INITIAL, { type: 'outdated' }, {}, []);
});

test('down arrow moves to the next option and from the last to the first', () => {
  check(OPEN, key('ArrowDown'), { active: 0 }, ['handled']);
  check({ ...OPEN, active: 0 }, key('ArrowDown'), { active: 1 }, ['handled']);
  check({ ...OPEN, active: 2 }, key('ArrowDown'), { active: 0 }, ['handled']);
});

test('down arrow opens a closed list on its first option', () => {
  check(CLOSED, key('ArrowDown'), { expanded: true, active: 0 }, ['handled']);
});

test('alt and down arrow open the list without a highlight', () => {
  check(CLOSED, key('ArrowDown', true), { expanded: true }, ['handled']);
});

test('up arrow moves to the option before and from the first to the last', () => {
  check(OPEN, key('ArrowUp'), { active: 2 }, ['handled']);
  check({ ...OPEN, active: 0 }, key('ArrowUp'), { active: 2 }, ['handled']);
});

test('up arrow opens a closed list on its last option', () => {
  check(CLOSED, key('ArrowUp'), { expanded: true, active: 2 }, ['handled']);
});

test('alt and up arrow close the list and keep the text', () => {
  check({ ...OPEN, active: 1 }, key('ArrowUp', true), { expanded: false, active: -1 }, ['handled']);
});

test('arrows over an empty box or an empty list change nothing', () => {
  check(INITIAL, key('ArrowDown'), {}, ['handled']);
  check({ ...OPEN, count: 0 }, key('ArrowDown'), {}, ['handled']);
  check({ ...OPEN, count: 0 }, key('ArrowUp'), {}, ['handled']);
});

test('enter takes the highlighted option and without a highlight the first', () => {
  check({ ...OPEN, active: 2 }, key('Enter'), { expanded: false, active: -1 }, [
    'pick 2',
    'handled',
  ]);
  check(OPEN, key('Enter'), { expanded: false }, ['pick 0', 'handled']);
});

test('enter on a closed list opens it', () => {
  check(CLOSED, key('Enter'), { expanded: true }, ['handled']);
});

test('enter takes nothing when there is no option', () => {
  check({ ...OPEN, count: 0 }, key('Enter'), {}, ['handled']);
});

test('escape first closes the list and then clears the box', () => {
  check({ ...OPEN, active: 1 }, key('Escape'), { expanded: false, active: -1 }, ['handled']);
  check(CLOSED, key('Escape'), { value: '', count: 0 }, ['search ""', 'handled']);
  check(INITIAL, key('Escape'), {}, []);
});

test('home and end put the cursor to the ends of the text', () => {
  check({ ...OPEN, active: 1 }, key('Home'), { active: -1 }, ['caret start', 'handled']);
  check({ ...OPEN, active: 1 }, key('End'), { active: -1 }, ['caret end', 'handled']);
});

test('left and right arrows leave the list to the text', () => {
  check({ ...OPEN, active: 1 }, key('ArrowLeft'), { active: -1 }, []);
  check({ ...OPEN, active: 1 }, key('ArrowRight'), { active: -1 }, []);
});

test('tab takes the highlighted option and lets the focus move on', () => {
  check({ ...OPEN, active: 1 }, key('Tab'), { expanded: false, active: -1 }, ['pick 1']);
  check(OPEN, key('Tab'), { expanded: false }, []);
});

test('a click takes an option that is there', () => {
  check(OPEN, { type: 'click', index: 1 }, { expanded: false }, ['pick 1']);
  check(OPEN, { type: 'click', index: 3 }, {}, []);
});

test('leaving the box closes the list and keeps the text', () => {
  check({ ...OPEN, active: 0 }, { type: 'leave' }, { expanded: false, active: -1 }, []);
});

test('other keys do nothing', () => {
  check({ ...OPEN, active: 1 }, key('a'), {}, []);
});
