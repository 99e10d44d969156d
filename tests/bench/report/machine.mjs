// What the figures were measured on.

import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';

/** Describes the machine and the tools. */
export function machine() {
  const [{ model }] = cpus();
  return {
    cpu: model.trim(),
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    rustc: execFileSync('rustc', ['--version'], { encoding: 'utf8' }).trim(),
  };
}
