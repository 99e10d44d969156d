// The combobox as a pure state machine after the ARIA pattern "editable combobox with list
// autocomplete": events in, next state and effects out, no DOM.

/** What the search box and its list show. */
export interface ComboboxState {
  /** Text in the box. */
  readonly value: string;
  /** Whether the list is shown. */
  readonly expanded: boolean;
  /** Index of the highlighted option, or -1 while the text has the highlight. */
  readonly active: number;
  /** Number of options. */
  readonly count: number;
  /** Whether the options answer the present text; else they are those of an earlier question. */
  readonly current: boolean;
  /** Whether Enter was pressed before the answer was there, whose first option it takes. */
  readonly waiting: boolean;
}

/** What happened. */
export type ComboboxEvent =
  | { readonly type: 'input'; readonly value: string }
  | { readonly type: 'options'; readonly count: number }
  | { readonly type: 'outdated' }
  | { readonly type: 'key'; readonly key: string; readonly alt: boolean }
  | { readonly type: 'click'; readonly index: number }
  | { readonly type: 'clear' }
  | { readonly type: 'leave' };

/** What the view must do beside showing the state. */
export type ComboboxEffect =
  | { readonly type: 'search'; readonly value: string }
  | { readonly type: 'pick'; readonly index: number }
  | { readonly type: 'caret'; readonly to: 'start' | 'end' }
  | { readonly type: 'handled' };

/** Next state and effects. */
export interface Transition {
  readonly state: ComboboxState;
  readonly effects: readonly ComboboxEffect[];
}

/** The box before anything was typed. */
export const INITIAL: ComboboxState = {
  value: '',
  expanded: false,
  active: -1,
  count: 0,
  current: true,
  waiting: false,
};

const HANDLED: ComboboxEffect = { type: 'handled' };

/** Answers an event. */
export function step(state: ComboboxState, event: ComboboxEvent): Transition {
  switch (event.type) {
    case 'input':
      return search(state, event.value);
    case 'options':
      return answer(state, event.count);
    case 'outdated':
      return outdate(state);
    case 'click':
      return event.index >= 0 && event.index < state.count ? pick(state, event.index) : stay(state);
    case 'clear':
      return search(state, '');
    case 'leave':
      return close(state, []);
    case 'key':
      return key(state, event.key, event.alt);
  }
}

function key(state: ComboboxState, name: string, alt: boolean): Transition {
  switch (name) {
    case 'ArrowDown':
      if (alt) return open(state, -1);
      return state.expanded ? move(state, 1) : open(state, 0);
    case 'ArrowUp':
      if (alt) return close(state, [HANDLED]);
      return state.expanded ? move(state, -1) : open(state, state.count - 1);
    case 'Enter':
      return enter(state);
    case 'Escape':
      if (state.expanded) return close(state, [HANDLED]);
      return state.value === '' ? stay(state) : search(state, '', [HANDLED]);
    case 'Tab':
      return state.expanded && state.active >= 0 ? pick(state, state.active) : close(state, []);
    case 'Home':
      return {
        state: { ...state, active: -1 },
        effects: [{ type: 'caret', to: 'start' }, HANDLED],
      };
    case 'End':
      return { state: { ...state, active: -1 }, effects: [{ type: 'caret', to: 'end' }, HANDLED] };
    case 'ArrowLeft':
    case 'ArrowRight':
      return stay({ ...state, active: -1 });
    default:
      return stay(state);
  }
}

function stay(state: ComboboxState): Transition {
  return { state, effects: [] };
}

function search(
  state: ComboboxState,
  value: string,
  more: readonly ComboboxEffect[] = [],
): Transition {
  const empty = value.trim() === '';
  const count = empty ? 0 : state.count;
  return {
    state: { value, expanded: !empty, active: -1, count, current: empty, waiting: false },
    effects: [{ type: 'search', value }, ...more],
  };
}

function answer(before: ComboboxState, count: number): Transition {
  // New options arrive while the user types on, so the highlight goes back to the text.
  const state = { ...before, count, active: -1, current: true, waiting: false };
  return before.waiting && count > 0 ? pick(state, 0) : stay(state);
}

/** The data or what is asked has changed: an open list is asked for anew, a closed one later. */
function outdate(state: ComboboxState): Transition {
  if (state.value.trim() === '') return stay(state);
  const effects: ComboboxEffect[] = [];
  if (state.expanded) effects.push({ type: 'search', value: state.value });
  return { state: { ...state, current: false }, effects };
}

function open(state: ComboboxState, active: number): Transition {
  if (state.value.trim() === '') return { state, effects: [HANDLED] };
  const effects: ComboboxEffect[] = [HANDLED];
  const asks = !state.current && !state.expanded;
  if (asks) effects.unshift({ type: 'search', value: state.value });
  // What is about to be replaced gets no highlight.
  const highlight = asks ? -1 : clamp(active, state);
  return { state: { ...state, expanded: true, active: highlight }, effects };
}

function close(state: ComboboxState, effects: readonly ComboboxEffect[]): Transition {
  return { state: { ...state, expanded: false, active: -1, waiting: false }, effects };
}

function move(state: ComboboxState, by: 1 | -1): Transition {
  if (state.count === 0) return { state, effects: [HANDLED] };
  const from = state.active === -1 && by === -1 ? state.count : state.active;
  const active = (from + by + state.count) % state.count;
  return { state: { ...state, active, waiting: false }, effects: [HANDLED] };
}

function enter(state: ComboboxState): Transition {
  if (!state.expanded) return open(state, -1);
  if (state.active >= 0) return pick(state, state.active, [HANDLED]);
  // The options of an earlier text are not what was asked for: Enter takes what comes for this one.
  if (!state.current) return { state: { ...state, waiting: true }, effects: [HANDLED] };
  if (state.count === 0) return { state, effects: [HANDLED] };
  // Without a highlight Enter takes the best answer, as people expect from a search box.
  return pick(state, 0, [HANDLED]);
}

function pick(
  state: ComboboxState,
  index: number,
  more: readonly ComboboxEffect[] = [],
): Transition {
  return {
    state: { ...state, expanded: false, active: -1, waiting: false },
    effects: [{ type: 'pick', index }, ...more],
  };
}

function clamp(active: number, state: ComboboxState): number {
  return Math.min(active, state.count - 1);
}
