//! Harness for tests across components.
