// Browsers and their workers: the engine's file.

import type { WasmSource } from './types.js';

/** Compiles the engine. */
export async function compileWasm(source: WasmSource | undefined): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source !== undefined && typeof source !== 'string' && !(source instanceof URL)) {
    return WebAssembly.compile(source);
  }
  // Bundlers find the file by this very expression.
  const response = await fetch(source ?? new URL('./hereabouts.wasm', import.meta.url));
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
  // Streaming wants the right content type, which not every static host sends.
  return response.headers.get('content-type')?.startsWith('application/wasm')
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}
