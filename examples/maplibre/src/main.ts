// A map that needs no tiles: boundaries and streets are those of the shard.

import MaplibreGeocoder from '@maplibre/maplibre-gl-geocoder';
import { Geocoder, type MapLines } from 'hereabouts';
import { maplibreGeocoder, renderPlace } from 'hereabouts/maplibre';
import * as maplibregl from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import '@maplibre/maplibre-gl-geocoder/dist/maplibre-gl-geocoder.css';
import 'maplibre-gl/dist/maplibre-gl.css';

maplibregl.setWorkerUrl(workerUrl);

const geocoder = await Geocoder.fromShards([await fetch('/li.shard')]);
const [country] = await geocoder.countries();
if (!country) throw new Error('no shard is loaded');
const { boundaries, streets } = await geocoder.features({ bbox: country.bbox, streets: true });

/** Makes GeoJSON of the flat arrays that the geocoder gives. */
function toGeoJson({ coordinates, ends }: MapLines): GeoJSON.MultiLineString {
  const lines = Array.from(ends, (end, index) => {
    const line: [number, number][] = [];
    for (let at = index === 0 ? 0 : (ends[index - 1] ?? 0); at < end; at += 2) {
      line.push([coordinates[at] ?? 0, coordinates[at + 1] ?? 0]);
    }
    return line;
  });
  return { type: 'MultiLineString', coordinates: lines };
}

const map = new maplibregl.Map({
  container: 'map',
  bounds: country.bbox,
  fitBoundsOptions: { padding: 40 },
  attributionControl: {
    customAttribution: country.attribution.map(({ notice }) => notice),
  },
  style: {
    version: 8,
    sources: {
      boundaries: { type: 'geojson', data: toGeoJson(boundaries) },
      streets: { type: 'geojson', data: toGeoJson(streets) },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': '#f5f2ea' } },
      {
        id: 'streets',
        type: 'line',
        source: 'streets',
        paint: { 'line-color': '#b9b0a0', 'line-width': 1.5 },
      },
      {
        id: 'boundaries',
        type: 'line',
        source: 'boundaries',
        paint: { 'line-color': '#8d7fa3', 'line-dasharray': [3, 2] },
      },
    ],
  },
});

map.addControl(
  new MaplibreGeocoder(maplibreGeocoder(geocoder), {
    maplibregl,
    showResultsWhileTyping: true,
    render: renderPlace,
  }),
);

map.on('click', async ({ lngLat }) => {
  const { lat, lng } = lngLat.wrap();
  const { results } = await geocoder.reverse({ coordinates: `${lat},${lng}`, maxResults: 1 });
  const [here] = results;
  if (!here) return;
  new maplibregl.Popup().setLngLat(lngLat).setText(`${here.name}, ${here.city}`).addTo(map);
});
