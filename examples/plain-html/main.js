// An address field without a bundler: `hereabouts` is a copy of the package's folder `dist`.

import { Geocoder } from './hereabouts/index.js';
import './hereabouts/element.js';

const box = document.querySelector('geo-autocomplete');
// The field can be typed into while the shard is on its way.
box.geocoder = Geocoder.fromShards([await fetch('li.shard')]);

document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const sent = Object.fromEntries(new FormData(event.target));
  document.querySelector('output').textContent = JSON.stringify(sent);
});
