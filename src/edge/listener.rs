//! The callback listener: plain HTTP on both loopback families, with limits, closed when its run is.
