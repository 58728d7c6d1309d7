//! The desktop around us: browser and clipboard helpers, started without a shell.
