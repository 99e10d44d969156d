//! Reads fields of JSON objects and queries, and collects what is wrong with them.
