// `hereabouts/react`: a hook that searches while the user types, and the element as a component.

import {
  createElement,
  type ReactElement,
  type Ref,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from 'react';
import type { GeoAutocomplete as GeoAutocompleteElement, StringsToReplace } from './element.js';
import './element.js';
import { LatestSearch, type Searchable } from './latest.js';
import type { SearchOptions, SearchResponse, SearchResult } from './types.js';

/** What {@link useSearch} knows at present. */
export interface SearchState {
  /** Results of the newest answer; those of the query before it until the next one is there. */
  readonly results: readonly SearchResult[];
  /** Whether the answer to the present query is still awaited. */
  readonly loading: boolean;
  /** What the newest search failed with. */
  readonly error: unknown;
}

const NOTHING: SearchState = { results: [], loading: false, error: undefined };

/**
 * Searches for a text that changes as the user types; stale answers never show. Without a geocoder
 * or a text there are no results.
 *
 * @example
 * ```tsx
 * const { results } = useSearch(geocoder, text, { maxResults: 5 });
 * ```
 */
export function useSearch(
  geocoder: Searchable | PromiseLike<Searchable> | null | undefined,
  query: string,
  options: SearchOptions = {},
): SearchState {
  const [state, setState] = useState(NOTHING);
  const latest = useRef<LatestSearch | null>(null);
  useEffect(() => {
    if (!geocoder) return;
    const search = new LatestSearch(geocoder, {
      answered: ({ results }) => setState({ results, loading: false, error: undefined }),
      failed: (error) => setState({ results: [], loading: false, error }),
    });
    latest.current = search;
    return () => {
      search.cancel();
      latest.current = null;
    };
  }, [geocoder]);
  // Options are often written in place, so that only what they say counts.
  const said = JSON.stringify({ ...options, signal: undefined });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `said` stands for the options, and another geocoder asks again
  useEffect(() => {
    if (query.trim() === '' || !latest.current) {
      latest.current?.cancel();
      setState(NOTHING);
      return;
    }
    setState(({ results }) => ({ results, loading: true, error: undefined }));
    latest.current.ask(query, options);
  }, [geocoder, query, said]);
  return state;
}

/** Properties of {@link GeoAutocomplete}. */
export interface GeoAutocompleteProps {
  /** What answers: a geocoder or a promise of one. */
  geocoder: Searchable | PromiseLike<Searchable> | null;
  /** Options of every search. */
  options?: SearchOptions;
  /** Texts of the element. */
  strings?: StringsToReplace;
  /** Text in the box at first, and again when it changes. */
  value?: string;
  /** Name under which forms send the text. */
  name?: string;
  /** Name of the text box, for those who do not see it. */
  label?: string;
  /** Text in the empty box. */
  placeholder?: string;
  /** Whether an empty box is invalid. */
  required?: boolean;
  /** Whether the element takes no part. */
  disabled?: boolean;
  /** Whether only picked results are valid. */
  strict?: boolean;
  /** More fields of the result that forms send, separated by spaces. */
  fields?: string;
  /** Identifier in the page, for labels. */
  id?: string;
  /** Class names. */
  className?: string;
  /** The user picked a result. */
  onSelect?: (result: SearchResult) => void;
  /** The text was changed for good. */
  onChange?: (text: string) => void;
  /** The text changed. */
  onInput?: (text: string) => void;
  /** An answer came. */
  onResults?: (response: SearchResponse) => void;
  /** A search failed. */
  onError?: (error: unknown) => void;
  /** Receives the element. */
  ref?: Ref<GeoAutocompleteElement>;
}

/**
 * `<geo-autocomplete>` as a component; see there for what it does.
 *
 * @example
 * ```tsx
 * <GeoAutocomplete geocoder={geocoder} name="address" onSelect={({ lat, lng }) => fly(lat, lng)} />
 * ```
 */
export function GeoAutocomplete(props: GeoAutocompleteProps): ReactElement {
  const { geocoder, options, strings, value, ref, className } = props;
  const element = useRef<GeoAutocompleteElement | null>(null);
  const handlers = useRef(props);
  useEffect(() => {
    handlers.current = props;
  });
  useImperativeHandle(ref, () => element.current as GeoAutocompleteElement, []);
  useEffect(() => {
    if (element.current) element.current.geocoder = geocoder;
  }, [geocoder]);
  useEffect(() => {
    if (element.current) element.current.options = options ?? {};
  }, [options]);
  useEffect(() => {
    if (element.current && strings) element.current.strings = strings;
  }, [strings]);
  useEffect(() => {
    const box = element.current;
    if (box && value !== undefined && value !== box.value) box.value = value;
  }, [value]);
  useEffect(() => {
    const box = element.current;
    if (!box) return;
    const stop = new AbortController();
    const on = (type: string, handle: (event: CustomEvent) => void) =>
      box.addEventListener(type, handle as EventListener, { signal: stop.signal });
    on('select', ({ detail }) => handlers.current.onSelect?.(detail));
    on('change', () => handlers.current.onChange?.(box.value));
    on('input', () => handlers.current.onInput?.(box.value));
    on('results', ({ detail }) => handlers.current.onResults?.(detail));
    on('error', ({ detail }) => handlers.current.onError?.(detail));
    return () => stop.abort();
  }, []);
  const { name, label, placeholder, required, disabled, strict, fields, id } = props;
  // Attributes are there or not, whatever this version of React makes of false ones.
  const flags = { required, disabled, strict };
  const set = Object.entries(flags).flatMap(([flag, on]) => (on ? [[flag, true]] : []));
  return createElement('geo-autocomplete', {
    ref: element,
    class: className,
    ...{ name, label, placeholder, fields, id },
    ...Object.fromEntries(set),
  });
}
