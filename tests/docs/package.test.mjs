// The scripts of the package's README fit the types of the packed package; what they do is tested
// in tests/package/readme.test.mjs.

import { after, before, test } from 'node:test';
import { makeProject } from '../package/project.mjs';
import { blocksOf } from './markdown.mjs';
import { checkScripts, inServiceWorker } from './types.mjs';

const PACKAGES = [
  ...['react', 'react-dom', '@types', 'vite', 'maplibre-gl', '@maplibre', 'leaflet'],
  'leaflet-control-geocoder',
];

let project;
before(() => {
  project = makeProject(PACKAGES);
});
after(() => project?.remove());

test("the scripts of the package's README fit their types", () => {
  const blocks = [...blocksOf('geocoder-wasm/js/README.md')];
  const scripts = blocks.filter(([name]) => /\(js\)/.test(name)).map(([, code]) => code);
  // Those of service workers know another scope than pages do.
  const isWorker = (code) => /\bself\b/.test(code);
  for (const [host, codes] of [
    ['page', scripts.filter((code) => !isWorker(code))],
    ['webworker', scripts.filter(isWorker).map(inServiceWorker)],
  ]) {
    const files = codes.map((code, index) => {
      const file = `${host}-${index}.mjs`;
      project.write(file, code);
      return file;
    });
    checkScripts(project, files, host);
  }
});
