// Versions and licences of what is measured, as installed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../workspace.mjs';

/** Returns the version of an installed package and its licence. */
export function installedVersion(name) {
  const path = join(REPOSITORY, 'node_modules', name, 'package.json');
  const { version, license } = JSON.parse(readFileSync(path, 'utf8'));
  return `${version} (${license})`;
}
