// The camera: degrees to pixels and back, zooming, fitting, limits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Camera,
  centered,
  fit,
  fromScreen,
  limit,
  MAX_ZOOM,
  metresPerPixel,
  minZoom,
  project,
  toScreen,
  unproject,
  visibleBox,
  zoomAround,
} from '../src/map/projection.js';

const VADUZ = { lon: 9.5227, lat: 47.1392 };
const CAMERA: Camera = { center: project(VADUZ), zoom: 15, width: 1000, height: 600 };
const NO_PADDING = { top: 0, right: 0, bottom: 0, left: 0 };

function near(got: number, expected: number, tolerance = 1e-6): void {
  assert.ok(Math.abs(got - expected) <= tolerance, `${got} is not near ${expected}`);
}

test('degrees survive the way to the screen and back', () => {
  for (const point of [VADUZ, { lon: -179.99, lat: -80 }, { lon: 179.99, lat: 84 }]) {
    const camera = { ...CAMERA, center: project(point) };
    const again = unproject(fromScreen(camera, toScreen(camera, project(point))));
    near(again.lon, point.lon);
    near(again.lat, point.lat);
  }
});

test('a point across the antimeridian is placed on the near side', () => {
  const camera = { ...CAMERA, zoom: 8, center: project({ lon: 179.9, lat: 0 }) };
  const { x } = toScreen(camera, project({ lon: -179.9, lat: 0 }));
  assert.ok(x > 500 && x < 1000);
});

test('zooming keeps the place under the pointer', () => {
  const pixel = { x: 123, y: 456 };
  const before = unproject(fromScreen(CAMERA, pixel));
  const after = unproject(fromScreen(zoomAround(CAMERA, pixel, 17.3), pixel));
  near(after.lon, before.lon);
  near(after.lat, before.lat);
});

test('zoom stays between the whole world and the nearest view', () => {
  assert.equal(limit({ ...CAMERA, zoom: 99 }).zoom, MAX_ZOOM);
  assert.equal(limit({ ...CAMERA, zoom: -5 }).zoom, minZoom(CAMERA));
});

test('a fitted box is in view beside the panel', () => {
  const padding = { top: 0, right: 0, bottom: 0, left: 400 };
  const box = [9.47, 47.04, 9.64, 47.28] as const;
  const camera = fit(CAMERA, box, padding, 17);
  const a = toScreen(camera, project({ lon: box[0], lat: box[3] }));
  const b = toScreen(camera, project({ lon: box[2], lat: box[1] }));
  assert.ok(a.x >= 400 && b.x <= 1000 && a.y >= 0 && b.y <= 600);
  near((a.x + b.x) / 2, 700, 0.5);
});

test('a centred point stands in the middle of the free part', () => {
  const camera = centered(CAMERA, project(VADUZ), 17, { ...NO_PADDING, bottom: 300 });
  const { x, y } = toScreen(camera, project(VADUZ));
  near(x, 500, 0.01);
  near(y, 150, 0.01);
});

test('metres per pixel shrink with the latitude', () => {
  near(metresPerPixel({ ...CAMERA, center: project({ lon: 0, lat: 0 }), zoom: 0 }), 156543.03, 0.1);
  near(metresPerPixel({ ...CAMERA, center: project({ lon: 0, lat: 60 }), zoom: 0 }), 78271.5, 0.1);
});

test('the visible box holds the middle', () => {
  const [west, south, east, north] = visibleBox(CAMERA);
  assert.ok(west < VADUZ.lon && VADUZ.lon < east && south < VADUZ.lat && VADUZ.lat < north);
});
