//! The edge touches the world: sockets, files, the browser, the clock. Every failure here becomes an
//! event; nothing here decides.
