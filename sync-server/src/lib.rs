//! HTTP server of Hereabouts.
