// The page's fixed controls: panel switches, filter chips, zoom and position buttons, scale bar.

import { button, byId, h } from '../dom.js';
import { icon } from '../icons.js';
import { zoomBy } from '../map/gestures.js';
import { type LonLat, metresPerPixel } from '../map/projection.js';
import { scaleBar } from '../map/scale.js';
import { CAMERA_RESTED, type MapView } from '../map/view.js';
import { TYPE_GROUPS } from '../places.js';
import { findPosition } from '../position.js';

/** What the panel can show. */
export type ViewName = 'home' | 'card' | 'correction' | 'countries' | 'settings';

const SCALE_MAX_PX = 110;

/** Makes the buttons that switch the panel. */
export function buildNavigation(toggle: (view: ViewName) => void): void {
  const buttons = (
    [
      ['countries', 'Countries', 'globe'],
      ['settings', 'Settings', 'sliders'],
    ] as const
  ).map(([view, label, name]) =>
    button(
      { class: 'icon-button', 'data-view-button': view, 'aria-label': label, title: label },
      () => toggle(view),
      icon(name),
    ),
  );
  byId('navigation', HTMLElement).replaceChildren(...buttons);
}

/** Marks which view is shown. */
export function markNavigation(view: ViewName): void {
  for (const element of byId('navigation', HTMLElement).children) {
    element.setAttribute('aria-pressed', String(element.getAttribute('data-view-button') === view));
  }
}

/** Makes the chips that restrict the kinds of results; none pressed means all. */
export function buildTypeChips(chosen: Set<string>, changed: () => void): void {
  const chips = TYPE_GROUPS.map(({ id, label }) => {
    const chip = button(
      { class: 'chip', 'aria-pressed': String(chosen.has(id)) },
      () => {
        if (!chosen.delete(id)) chosen.add(id);
        chip.setAttribute('aria-pressed', String(chosen.has(id)));
        changed();
      },
      label,
    );
    return chip;
  });
  group('type-chips', 'Kinds of places').replaceChildren(...chips);
}

/** Makes the buttons of the map and its scale bar. */
export function buildMapControls(map: MapView, located: (position: LonLat) => void): void {
  const controls = group('map-controls', 'Map controls');
  const locate = button(
    { class: 'map-button', 'aria-label': 'Use my location', title: 'Use my location' },
    () => void locateUser(locate, located),
    icon('locate'),
  );
  controls.replaceChildren(
    locate,
    h(
      'div',
      { class: 'zoom-buttons' },
      button(
        { class: 'map-button', 'aria-label': 'Zoom in', title: 'Zoom in' },
        () => zoomBy(map, 1),
        icon('plus'),
      ),
      button(
        { class: 'map-button', 'aria-label': 'Zoom out', title: 'Zoom out' },
        () => zoomBy(map, -1),
        icon('minus'),
      ),
    ),
  );
  const label = h('span', {});
  const bar = h('span', { class: 'scale-bar' });
  byId('scale', HTMLElement).replaceChildren(label, bar);
  const update = () => {
    const { label: text, widthPx } = scaleBar(metresPerPixel(map.camera), SCALE_MAX_PX);
    label.textContent = text;
    bar.style.width = `${widthPx}px`;
  };
  map.addEventListener(CAMERA_RESTED, update);
  update();
}

function group(id: string, label: string): HTMLElement {
  const element = byId(id, HTMLElement);
  element.setAttribute('role', 'group');
  element.setAttribute('aria-label', label);
  return element;
}

async function locateUser(
  locate: HTMLButtonElement,
  located: (position: LonLat) => void,
): Promise<void> {
  locate.setAttribute('aria-busy', 'true');
  const position = await findPosition();
  locate.removeAttribute('aria-busy');
  if (position) located(position);
}
