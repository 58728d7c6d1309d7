//! The command line: one file per command family, one printer.
