//! How fast the core reads a large body: without sockets, threads or a screen.

use bytes::Bytes;
use dineroscope::core::reader::Reader;
use dineroscope::core::reader::Sought;
use dineroscope::core::reader::ask::{Ask, Show, Told, View};
use dineroscope::core::wire::Headers;
use dineroscope::core::wire::redact::Mask;
use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

/// Contacts as Dinero would list them, of about so many bytes.
pub(crate) fn contacts(bytes: usize, pretty: bool) -> String {
    let mut text = String::with_capacity(bytes + 1024);
    text.push('[');
    let mut number = 0;
    while text.len() < bytes {
        let comma = if number > 0 { "," } else { "" };
        let (line, inner, colon) = if pretty {
            ("\n  ", "\n    ", ": ")
        } else {
            ("", "", ":")
        };
        let _ = write!(text, "{comma}{line}{{");
        for (place, (name, value)) in [
            (
                "ContactGuid",
                format!("\"00000000-0000-4000-8000-{number:012}\""),
            ),
            ("Name", format!("\"Blåbær & Søn {number}\"")),
            ("Street", format!("\"Nørregade {number}\"")),
            ("ZipCode", format!("\"{}\"", 1000 + number % 8000)),
            ("City", "\"København\"".to_owned()),
            ("CountryKey", "\"DK\"".to_owned()),
            ("IsPerson", "false".to_owned()),
            ("VatNumber", "null".to_owned()),
            ("Balance", format!("{}.25", number * 5 / 4)),
        ]
        .iter()
        .enumerate()
        {
            let comma = if place > 0 { "," } else { "" };
            let _ = write!(text, "{comma}{inner}\"{name}\"{colon}{value}");
        }
        let _ = write!(text, "{line}}}");
        number += 1;
    }
    text.push_str(if pretty { "\n]\n" } else { "]" });
    text
}

/// Until everything about a body is known; and how long the rows took that were asked for in between.
pub(crate) fn measure(out: &mut impl Write) {
    for (name, pretty) in [("compact", false), ("pretty", true)] {
        let text = Bytes::from(contacts(100_000_000, pretty));
        let megabytes = text.len() / 1_000_000;
        let headers = Headers(vec![(
            "content-type".to_owned(),
            "application/json".to_owned(),
        )]);
        let mut reader = Reader::new(Arc::new(text.clone()), headers, Mask::new([0; 32]), false);
        reader.end(false);
        let begin = Instant::now();
        let show = Show {
            view: View::Pretty,
            first: 0,
            count: 120,
            width: 100,
            cursor: 0,
        };
        reader.take(Ask::Show(show));
        let (mut indexed, mut longest) = (None, 0.0_f64);
        loop {
            let step = Instant::now();
            let Some(told) = reader.work() else { break };
            longest = longest.max(step.elapsed().as_secs_f64());
            for told in told {
                if let Told::Status(status) = told
                    && status.known >= text.len() as u64
                    && indexed.is_none()
                {
                    indexed = Some(begin.elapsed());
                }
            }
        }
        writeln!(
            out,
            "{name} {megabytes} MB: index {:?}, checked {:?}, longest step {:.1} ms",
            indexed.unwrap(),
            begin.elapsed(),
            longest * 1000.0
        )
        .unwrap();
        let begin = Instant::now();
        reader.take(Ask::Search(Sought {
            text: "Blåbær & Søn 1234".to_owned(),
            ..Sought::default()
        }));
        while reader.work().is_some() {}
        writeln!(out, "search {:?}", begin.elapsed()).unwrap();
        let begin = Instant::now();
        for number in 0..1000 {
            reader.take(Ask::Show(Show {
                first: number * 3000,
                cursor: number * 3000 + 20,
                ..show
            }));
        }
        writeln!(out, "a window {:?}", begin.elapsed() / 1000).unwrap();
        let begin = Instant::now();
        reader.take(Ask::FoldBeside(1));
        while reader.work().is_some() {}
        writeln!(out, "fold all {:?}", begin.elapsed()).unwrap();
        let begin = Instant::now();
        reader.take(Ask::Turn(View::Raw));
        while reader.work().is_some() {}
        writeln!(out, "raw {:?}", begin.elapsed()).unwrap();
        let begin = Instant::now();
        reader.take(Ask::Turn(View::Table));
        while reader.work().is_some() {}
        writeln!(out, "table {:?}", begin.elapsed()).unwrap();
    }
}
