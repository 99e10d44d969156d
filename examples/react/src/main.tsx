// The component for an address field, and the hook for a list of one's own.

import { Geocoder, type SearchResult } from 'hereabouts';
import { GeoAutocomplete, useSearch } from 'hereabouts/react';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

// One geocoder for the whole app, made outside of components.
const geocoder = fetch('/li.shard').then((shard) => Geocoder.fromShards([shard]));

function AddressField() {
  const [place, setPlace] = useState<SearchResult>();
  return (
    <section>
      <label htmlFor="address">Address</label>
      <GeoAutocomplete id="address" name="address" geocoder={geocoder} onSelect={setPlace} />
      {place && <output>{place.coordinates}</output>}
    </section>
  );
}

function CityList() {
  const [text, setText] = useState('');
  const { results, error } = useSearch(geocoder, text, { types: ['city'] });
  return (
    <section>
      <label>
        City <input value={text} onChange={({ target }) => setText(target.value)} />
      </label>
      {error ? <p role="alert">The search failed</p> : null}
      <ul>
        {results.map(({ name, coordinates, population }) => (
          <li key={coordinates}>
            {name}: {population.toLocaleString('en')} people
          </li>
        ))}
      </ul>
    </section>
  );
}

const app = document.getElementById('app');
if (app) {
  createRoot(app).render(
    <StrictMode>
      <h1>Addresses in React</h1>
      <AddressField />
      <CityList />
    </StrictMode>,
  );
}
