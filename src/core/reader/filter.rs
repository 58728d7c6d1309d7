//! The filter of an answer: a program in the language of jq, run on JSON.
//!
//! A program may never end, and may eat all memory, so [`run`] belongs into a process that can be killed
//! (`edge/filter.rs`). It sees the answer and the time, and nothing else of this machine.
//!
//! ```text
//! program ─► compile ─┐
//! input ─► read: Val ─┴─► jaq ─► write: a line of JSON for each value
//! ```

mod depth;
mod quote;
mod read;
mod trouble;
mod write;

pub use trouble::{FilterTrouble, Place};

use bytes::Bytes;
use jaq_core::data::JustLut;
use jaq_core::load::parse::Def;
use jaq_core::load::{Arena, File, Loader, import};
use jaq_core::native::Fun;
use jaq_core::{Compiler, Ctx, Exn, Filter, Vars};
use jaq_json::Val;
use std::io::Write;

/// What a program works with: values, and no data beside them.
type Data = JustLut<Val>;

/// What jq has and a program has not here: it would show the user's environment, files or time zone, or
/// there is nothing that it could stand for.
const LEFT_OUT: [&str; 9] = [
    "$ENV",
    "env",
    "get_search_list",
    "input",
    "input_filename",
    "input_line_number",
    "inputs",
    "localtime",
    "strflocaltime",
];

/// Most that a program may be long, in bytes.
const LONGEST: usize = 16 * 1024;

/// Deepest that a program may nest: what the compiler needs for it fits the 2 MiB stack of a thread, also
/// where nothing is optimized.
const DEEPEST: usize = 150;

/// Whether a program can be run, without running it.
pub fn check(program: &str) -> Result<(), FilterTrouble> {
    compile(program).map(|_| ())
}

/// Runs a program on each value of the input, writes each result as one line of compact JSON, and says how
/// many there were. What was written before a trouble stays written.
pub fn run(program: &str, input: &Bytes, out: &mut dyn Write) -> Result<u64, FilterTrouble> {
    let filter = compile(program)?;
    let mut written = 0;
    for value in read::values(input) {
        let context = Ctx::<Data>::new(&filter.lut, Vars::new([]));
        for result in filter.id.run((context, value?)) {
            match result {
                Ok(value) => write::line(&value, written, out)?,
                Err(exception) => return ended(exception, written),
            }
            written += 1;
        }
    }
    out.flush()?;
    Ok(written)
}

/// What an exception that nobody caught comes to: `halt` is an end like any other.
fn ended(exception: Exn<'_, Val>, after: u64) -> Result<u64, FilterTrouble> {
    match exception.get_err() {
        Ok(error) => Err(trouble::of_running(error, after)),
        Err(exception) => match exception.get_halt() {
            Ok(0) => Ok(after),
            Ok(code) => {
                let said = format_args!("the filter ended itself with code {code}");
                Err(FilterTrouble::failed(&said, after))
            }
            Err(_) => {
                let said = "a `break` found no `label` to leave";
                Err(FilterTrouble::failed(&said, after))
            }
        },
    }
}

/// The program as it is run, or the first that is wrong with it.
fn compile(program: &str) -> Result<Filter<Data>, FilterTrouble> {
    if program.trim().is_empty() {
        return Err(FilterTrouble::Empty);
    }
    if program.len() > LONGEST || depth::depth(program) > DEEPEST {
        return Err(FilterTrouble::TooLong);
    }
    let arena = Arena::default();
    let file = File {
        code: program,
        path: (),
    };
    let modules = Loader::new(definitions())
        .load(&arena, file)
        .map_err(|errors| trouble::of_loading(program, errors))?;
    // Without this a file that is imported as a variable would be a variable without a value.
    import(&modules, |_| Err(String::new()))
        .map_err(|errors| trouble::of_loading(program, errors))?;
    Compiler::default()
        .with_funs(functions())
        .compile(modules)
        .map_err(|errors| trouble::of_compiling(program, errors))
}

/// The functions that are written in jq.
fn definitions() -> impl Iterator<Item = Def<&'static str>> {
    jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs())
}

/// The functions that are written in Rust, without those that are left out.
fn functions() -> impl Iterator<Item = Fun<Data>> {
    jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(jaq_json::funs())
        .filter(|(name, ..)| !LEFT_OUT.contains(name))
}

/// The names of all functions that a program can call, each with how many arguments it takes.
fn known() -> impl Iterator<Item = (&'static str, usize)> {
    let defined = definitions().map(|it| (it.name, it.args.len()));
    defined.chain(functions().map(|(name, arguments, _)| (name, arguments.len())))
}

#[cfg(test)]
mod tests;
