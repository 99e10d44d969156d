// Runs the unit tests: bundles each for Node, which reads no TypeScript, and hands them to its runner.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const tests = fileURLToPath(new URL('../test/', import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'hereabouts-www-test-'));
try {
  const names = readdirSync(tests).filter((name) => name.endsWith('.test.ts'));
  await build({
    bundle: true,
    platform: 'node',
    format: 'esm',
    entryPoints: names.map((name) => join(tests, name)),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    sourcemap: 'inline',
    logLevel: 'warning',
    // The scripts under test find the repository's files by their own place.
    define: { REPOSITORY: JSON.stringify(fileURLToPath(new URL('../../', import.meta.url))) },
  });
  const files = names.map((name) => join(out, name.replace(/\.ts$/, '.mjs')));
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
