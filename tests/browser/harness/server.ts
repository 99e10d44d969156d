// The real sync server over the shards that the tests build, with the built app.

import { SyncServer } from '../../harness/server.mjs';
import { DATA, WWW } from './workspace.js';

/** Starts a server over a folder of shards; `listen` may name a fixed port. */
export function startServer(data = DATA, listen = '127.0.0.1:0'): Promise<SyncServer> {
  // Tests ask faster than people type.
  return SyncServer.start({ data, listen, options: ['--www', WWW, '--rate-limit', '100000/1'] });
}
