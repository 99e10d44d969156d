// Where the user is, as the browser tells it, and near what answers are preferred.

import type { LonLat } from './map/projection.js';
import type { MapView } from './map/view.js';
import { hideMessage, showMessage } from './messages.js';
import { biasChoice } from './settings.js';

const POSITION_TIMEOUT_MS = 15_000;
/** From this zoom on, what is in view is likely what the user means. */
const BIAS_ZOOM = 9;

/** Asks where the user is; null, with a message that says why, where that is not told. */
export async function findPosition(): Promise<LonLat | null> {
  if (!navigator.geolocation) {
    showMessage('position', 'error', 'This browser does not tell where you are.');
    return null;
  }
  try {
    const position = await askPosition();
    hideMessage('position');
    return position;
  } catch (error) {
    const { code } = error as GeolocationPositionError;
    const text =
      code === GeolocationPositionError.PERMISSION_DENIED
        ? 'The browser may not use your location. Allow it in the settings of this page, then try again.'
        : 'Your location could not be found. Try again under the open sky.';
    showMessage('position', 'error', text);
    return null;
  }
}

/** Gives the position where the browser tells it without asking the user anything. */
export async function allowedPosition(): Promise<LonLat | null> {
  try {
    const { state } = await navigator.permissions.query({ name: 'geolocation' });
    return state === 'granted' ? await askPosition() : null;
  } catch {
    return null;
  }
}

/** The point near which answers are preferred, as the user chose; null for none. */
export function biasPoint(map: MapView, position: LonLat | null): LonLat | null {
  switch (biasChoice()) {
    case 'map':
      return map.camera.zoom >= BIAS_ZOOM ? map.middle() : null;
    case 'position':
      return position;
    case 'none':
      return null;
  }
}

function askPosition(): Promise<LonLat> {
  const options = { enableHighAccuracy: true, timeout: POSITION_TIMEOUT_MS, maximumAge: 30_000 };
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lat: coords.latitude, lon: coords.longitude }),
      reject,
      options,
    );
  });
}
