//! WebAssembly bindings of the engine.
