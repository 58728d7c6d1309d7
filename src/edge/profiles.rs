//! Finds profile files and reads them; the shipped ones are compiled in.
