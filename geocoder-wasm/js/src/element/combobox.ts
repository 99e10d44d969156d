// The combobox as a pure state machine after the ARIA pattern "editable combobox with list
// autocomplete": events in, next state and effects out, no DOM.

/** What the text box and its list show. */
export interface ComboboxState {
  /** Text in the box. */
  readonly value: string;
  /** Whether the list is wanted. */
  readonly expanded: boolean;
  /** Index of the highlighted option, or -1 while the text has the highlight. */
  readonly active: number;
  /** Number of options. */
  readonly count: number;
  /** Whether the answer to the text is still awaited, so that the options are those before it. */
  readonly pending: boolean;
  /** Whether the answer is to be taken as soon as it comes. */
  readonly taking: boolean;
}

/** What happened. */
export type ComboboxEvent =
  | { readonly type: 'input'; readonly value: string }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'options'; readonly count: number }
  | { readonly type: 'busy' }
  | { readonly type: 'unasked' }
  | { readonly type: 'key'; readonly key: string; readonly alt: boolean }
  | { readonly type: 'click'; readonly index: number }
  | { readonly type: 'clear' }
  | { readonly type: 'leave' };

/** What the view must do beside showing the state. */
export type ComboboxEffect =
  | { readonly type: 'search' }
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
  pending: false,
  taking: false,
};

const HANDLED: ComboboxEffect = { type: 'handled' };

/** Answers an event. */
export function step(state: ComboboxState, event: ComboboxEvent): Transition {
  switch (event.type) {
    case 'input':
      return search(state, event.value);
    case 'text':
      return stay({ ...INITIAL, value: event.value });
    case 'options':
      return answer(state, event.count);
    case 'busy':
      return stay({ ...state, count: 0, active: -1 });
    case 'unasked':
      return close({ ...state, count: 0, pending: false });
    case 'click':
      return event.index >= 0 && event.index < state.count ? pick(state, event.index) : stay(state);
    case 'clear':
      return search(state, '');
    case 'leave':
      return close(state);
    case 'key':
      return key(state.taking ? { ...state, taking: event.key === 'Enter' } : state, event);
  }
}

function key(
  state: ComboboxState,
  { key, alt }: Extract<ComboboxEvent, { type: 'key' }>,
): Transition {
  switch (key) {
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
      return state.expanded && state.active >= 0 ? pick(state, state.active) : close(state);
    case 'Home':
      return caret(state, 'start');
    case 'End':
      return caret(state, 'end');
    case 'ArrowLeft':
    case 'ArrowRight':
      return stay({ ...state, active: -1 });
    default:
      return stay(state);
  }
}

function stay(state: ComboboxState, effects: readonly ComboboxEffect[] = []): Transition {
  return { state, effects };
}

function search(
  state: ComboboxState,
  value: string,
  more: readonly ComboboxEffect[] = [],
): Transition {
  const pending = value.trim() !== '';
  const count = pending ? state.count : 0;
  return stay({ ...INITIAL, value, expanded: pending, count, pending }, [
    { type: 'search' },
    ...more,
  ]);
}

/** Shows the options of the present text. Keys that were pressed meanwhile meant these. */
function answer(state: ComboboxState, count: number): Transition {
  const active = Math.min(state.active, count - 1);
  const next = { ...state, count, active, pending: false, taking: false };
  return state.taking && count > 0 ? pick(next, Math.max(active, 0)) : stay(next);
}

/** Opens the list; a text whose options were never asked for is searched now. */
function open(state: ComboboxState, active: number): Transition {
  if (state.value.trim() === '') return stay(state, [HANDLED]);
  const next = { ...state, expanded: true, active: Math.min(active, state.count - 1) };
  if (state.count > 0) return stay(next, [HANDLED]);
  return stay({ ...next, pending: true }, [{ type: 'search' }, HANDLED]);
}

function close(state: ComboboxState, effects: readonly ComboboxEffect[] = []): Transition {
  return stay({ ...state, expanded: false, active: -1, taking: false }, effects);
}

function caret(state: ComboboxState, to: 'start' | 'end'): Transition {
  return stay({ ...state, active: -1 }, [{ type: 'caret', to }, HANDLED]);
}

function move(state: ComboboxState, by: 1 | -1): Transition {
  if (state.count === 0) return stay(state, [HANDLED]);
  const from = state.active === -1 && by === -1 ? state.count : state.active;
  return stay({ ...state, active: (from + by + state.count) % state.count }, [HANDLED]);
}

/** Takes an option; what is left to the browser sends the form, as Enter in any text box does. */
function enter(state: ComboboxState): Transition {
  if (!state.expanded) return stay(state);
  // Who presses it again does not want to wait.
  if (state.pending)
    return state.taking ? close(state) : stay({ ...state, taking: true }, [HANDLED]);
  if (state.count === 0) return close(state);
  // Without a highlight Enter takes the best answer, as people expect from a search box.
  return pick(state, Math.max(state.active, 0), [HANDLED]);
}

function pick(
  state: ComboboxState,
  index: number,
  more: readonly ComboboxEffect[] = [],
): Transition {
  return close(state, [{ type: 'pick', index }, ...more]);
}
