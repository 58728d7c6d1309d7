//! Writes the values that a filter gives: compact JSON, one value a line.
//!
//! The writer of jaq writes more than JSON: `NaN`, bytes, objects whose names are numbers. What reads this is a
//! viewer of JSON, so here they are what jq makes of them.

use super::trouble::FilterTrouble;
use jaq_json::{Num, Val};
use std::io::Write;

/// The largest number that JSON can hold for jq, which it writes for what is infinite.
const LARGEST: &str = "1.7976931348623157e308";

/// One value, and the end of the line. `before` is how many there were.
pub(super) fn line(value: &Val, before: u64, out: &mut dyn Write) -> Result<(), FilterTrouble> {
    write(value, before, out)?;
    Ok(out.write_all(b"\n")?)
}

fn write(value: &Val, before: u64, out: &mut dyn Write) -> Result<(), FilterTrouble> {
    match value {
        Val::Null => out.write_all(b"null")?,
        Val::Bool(true) => out.write_all(b"true")?,
        Val::Bool(false) => out.write_all(b"false")?,
        Val::Num(Num::Float(number)) if number.is_nan() => out.write_all(b"null")?,
        Val::Num(Num::Float(number)) if number.is_infinite() => {
            let sign = if number.is_sign_negative() { "-" } else { "" };
            write!(out, "{sign}{LARGEST}")?;
        }
        Val::Num(number) => write!(out, "{number}")?,
        Val::TStr(text) => string(text, out)?,
        Val::BStr(_) => {
            let said = "bytes are no JSON: `implode` or `tostring` makes them a text";
            return Err(FilterTrouble::failed(&said, before));
        }
        Val::Arr(values) => {
            let mut between = "[";
            for value in values.iter() {
                out.write_all(between.as_bytes())?;
                write(value, before, out)?;
                between = ",";
            }
            out.write_all(if values.is_empty() { b"[]" } else { b"]" })?;
        }
        Val::Obj(values) => {
            let mut between = "{";
            for (name, value) in values.iter() {
                out.write_all(between.as_bytes())?;
                if !matches!(name, Val::TStr(_)) {
                    let said = format_args!("the name of a value in an object cannot be {name}");
                    return Err(FilterTrouble::failed(&said, before));
                }
                write(name, before, out)?;
                out.write_all(b":")?;
                write(value, before, out)?;
                between = ",";
            }
            out.write_all(if values.is_empty() { b"{}" } else { b"}" })?;
        }
    }
    Ok(())
}

/// A string with its quotes and the escapes that it needs.
fn string(text: &[u8], out: &mut dyn Write) -> Result<(), FilterTrouble> {
    out.write_all(b"\"")?;
    let mut rest = text;
    while let Some(at) = rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
    {
        out.write_all(&rest[..at])?;
        match rest[at] {
            b'\n' => out.write_all(b"\\n")?,
            b'\r' => out.write_all(b"\\r")?,
            b'\t' => out.write_all(b"\\t")?,
            byte @ (b'"' | b'\\') => out.write_all(&[b'\\', byte])?,
            byte => write!(out, "\\u{byte:04x}")?,
        }
        rest = &rest[at + 1..];
    }
    out.write_all(rest)?;
    Ok(out.write_all(b"\"")?)
}
