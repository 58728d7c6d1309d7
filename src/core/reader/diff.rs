//! What differs between two answers, line by line.
