//! The screen of an engine as text, as a hash of its styles, and as a picture to look at.

use crate::stage::at;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::requests::{RequestCommand, RequestEvent};
use dineroscope::core::engine::message::{Command, Event as Happened};
use dineroscope::core::reader::Reader;
use dineroscope::core::reader::ask::{Ask, Told};
use dineroscope::core::wire::CallId;
use dineroscope::tui::screens::requests::answer::response;
use dineroscope::tui::theme::{Charset, Ground, Theme};
use dineroscope::tui::ui::act::{Reaction, Stage};
use dineroscope::tui::ui::{Before, Ui};
use dineroscope::tui::view::{Areas, View, draw};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use std::fmt::Write as _;

/// The usual theme.
pub(crate) const DARK: Theme = Theme {
    ground: Ground::Dark,
    charset: Charset::Unicode,
};

/// A screen without a terminal: an engine, its `Ui`, and what was drawn last.
pub(crate) struct Picture {
    pub(crate) engine: Engine,
    pub(crate) ui: Ui,
    pub(crate) now: Timestamp,
    pub(crate) size: (u16, u16),
    pub(crate) theme: Theme,
    pub(crate) areas: Areas,
    pub(crate) buffer: Buffer,
    /// Reads the answer that is shown, as the world does on a thread of its own.
    reader: Option<(CallId, Reader)>,
}

impl Picture {
    /// An engine at a moment, in a terminal of that size, its current step in view.
    pub(crate) fn new(engine: Engine, seconds: i64, size: (u16, u16)) -> Self {
        let mut ui = Ui::default();
        ui.show(engine.current_step());
        let mut picture = Self {
            engine,
            ui,
            now: at(seconds),
            size,
            theme: DARK,
            areas: Areas::default(),
            buffer: Buffer::empty(Rect::ZERO),
            reader: None,
        };
        picture.draw();
        picture
    }

    /// Copenhagen in winter.
    pub(crate) fn zone() -> TimeZone {
        TimeZone::fixed(Offset::constant(1))
    }

    /// Draws anew; where rows of the answer are lacking, once more when they were read.
    pub(crate) fn draw(&mut self) {
        self.draw_once();
        for _ in 0..3 {
            self.open_reader();
            let wanted = self.ui.wanted_rows(&self.engine, &self.areas, self.now);
            let lacks = wanted.is_some();
            if let Some(Command::Request(RequestCommand::Read(ask))) = wanted {
                self.ask(ask);
            }
            self.draw_once();
            if !lacks {
                return;
            }
        }
    }

    /// Begins to read another answer.
    fn open_reader(&mut self) {
        let viewing = self.engine.requests().viewing_call();
        let read = self.reader.as_ref().map(|(call, _)| *call);
        let (Some(call), Some(response)) = (viewing, response(&self.engine)) else {
            return;
        };
        if read != viewing {
            let mask = self.engine.mask().clone();
            let source = response.body.source();
            let reader = Reader::new(source, response.headers.clone(), mask, false);
            self.reader = Some((call, reader));
        }
        let cut = response.cut.is_some();
        let comes = self.engine.requests().arriving.is_some();
        let mut told = Vec::new();
        if let Some((_, reader)) = self.reader.as_mut().filter(|_| !comes) {
            reader.end(cut);
            while let Some(more) = reader.work() {
                told.extend(more);
            }
        }
        for told in told {
            self.tell(call, told);
        }
    }

    /// Asks the reader, and hears what it tells until it has nothing more to do.
    pub(crate) fn ask(&mut self, ask: Ask) {
        self.open_reader();
        let command = Command::Request(RequestCommand::Read(ask.clone()));
        self.engine.command(self.now, command);
        let Some((call, reader)) = &mut self.reader else {
            return;
        };
        let call = *call;
        let mut told = reader.take(ask);
        while let Some(more) = reader.work() {
            told.extend(more);
        }
        for told in told {
            self.tell(call, told);
        }
    }

    /// The reader of an answer tells something.
    pub(crate) fn tell(&mut self, call: CallId, told: Told) {
        let event = Happened::Request(RequestEvent::Read(call, told));
        self.engine.event(self.now, event.clone());
        self.ui.hear(&self.engine, self.now, &event);
    }

    /// Draws what there is.
    fn draw_once(&mut self) {
        let zone = Self::zone();
        let view = View {
            engine: &self.engine,
            ui: &self.ui,
            theme: self.theme,
            now: self.now,
            zone: &zone,
        };
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        self.buffer = Buffer::empty(area);
        self.areas = draw(&mut self.buffer, &view);
        self.ui.viewing.room = self.areas.answer.map_or(0, |answer| answer.room);
    }

    /// An event of the terminal; the engine takes the commands it leads to.
    pub(crate) fn input(&mut self, event: Event) -> Vec<Reaction> {
        let zone = Self::zone();
        let stage = Stage {
            engine: &self.engine,
            areas: &self.areas,
            now: self.now,
            zone: &zone,
        };
        let reactions = self.ui.input(event, &stage);
        for reaction in &reactions {
            if let Reaction::Command(command) = reaction {
                let before = Before::of(&self.engine);
                if let Command::Request(RequestCommand::Read(ask)) = command {
                    self.ask(ask.clone());
                } else {
                    self.engine.command(self.now, command.clone());
                }
                self.ui.follow(&before, true, &self.engine);
            }
        }
        self.draw();
        reactions
    }

    /// Keys in words: single letters, or names in angle brackets.
    pub(crate) fn press(&mut self, keys: &str) -> Vec<Reaction> {
        let mut reactions = Vec::new();
        let mut rest = keys;
        while let Some(first) = rest.chars().next() {
            let (code, modifiers, length) = match rest.find('>').filter(|_| first == '<') {
                Some(end) => {
                    let (code, modifiers) = named(&rest[1..end]);
                    (code, modifiers, end + 1)
                }
                None => (KeyCode::Char(first), KeyModifiers::NONE, first.len_utf8()),
            };
            rest = &rest[length..];
            reactions.extend(self.input(Event::Key(KeyEvent::new(code, modifiers))));
        }
        reactions
    }

    /// The text of the screen, line ends trimmed.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for y in 0..self.size.1 {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..self.size.0 {
                let symbol = self.buffer[(x, y)].symbol();
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                line.push_str(symbol);
                skip = dineroscope::tui::text::width(symbol).saturating_sub(1);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// A number that changes when a colour or a weight does.
    pub(crate) fn styles(&self) -> String {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for cell in &self.buffer.content {
            let style = format!("{:?}{:?}{:?}", cell.fg, cell.bg, cell.modifier);
            for byte in style.bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        format!("{hash:016x}")
    }

    /// The screen as SVG.
    pub(crate) fn svg(&self) -> String {
        let (cell, row) = (9, 19);
        let light = self.theme.ground == Ground::Light;
        let (ground, ink) = if light {
            ("#ffffff", "#1b1b1b")
        } else {
            ("#16181d", "#d8dbe2")
        };
        let (width, height) = (
            u32::from(self.size.0) * cell + 16,
            u32::from(self.size.1) * row + 16,
        );
        let mut svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' \
             font-family='DejaVu Sans Mono' font-size='15' xml:space='preserve'>\n\
             <rect width='100%' height='100%' fill='{ground}'/>\n"
        );
        for y in 0..self.size.1 {
            for x in 0..self.size.0 {
                let drawn = &self.buffer[(x, y)];
                let mut front = colour(drawn.fg, ink);
                let mut back = colour(drawn.bg, ground);
                if drawn.modifier.contains(Modifier::REVERSED) {
                    std::mem::swap(&mut front, &mut back);
                }
                let (left, top) = (u32::from(x) * cell + 8, u32::from(y) * row + 8);
                if back != ground {
                    writeln!(
                        svg,
                        "<rect x='{left}' y='{top}' width='{cell}' height='{row}' fill='{back}'/>"
                    )
                    .unwrap();
                }
                let symbol = drawn.symbol();
                if symbol.trim().is_empty() && !drawn.modifier.contains(Modifier::UNDERLINED) {
                    continue;
                }
                let weight = if drawn.modifier.contains(Modifier::BOLD) {
                    "bold"
                } else {
                    "normal"
                };
                let opacity = if drawn.modifier.contains(Modifier::DIM) {
                    "0.55"
                } else {
                    "1"
                };
                let line = if drawn.modifier.contains(Modifier::UNDERLINED) {
                    " text-decoration='underline'"
                } else {
                    ""
                };
                let symbol = symbol.replace('&', "&amp;").replace('<', "&lt;");
                writeln!(
                    svg,
                    "<text x='{left}' y='{}' fill='{front}' font-weight='{weight}' opacity='{opacity}'{line}>{symbol}</text>",
                    top + 14
                )
                .unwrap();
            }
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// A key by its name.
fn named(name: &str) -> (KeyCode, KeyModifiers) {
    if let Some(letter) = name.strip_prefix("ctrl-") {
        return (
            KeyCode::Char(letter.chars().next().unwrap()),
            KeyModifiers::CONTROL,
        );
    }
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "delete" => KeyCode::Delete,
        "backspace" => KeyCode::Backspace,
        "f1" => KeyCode::F(1),
        other => panic!("no key `{other}`"),
    };
    (code, KeyModifiers::NONE)
}

/// A colour of a usual palette.
fn colour(colour: Color, otherwise: &'static str) -> &'static str {
    match colour {
        Color::Black => "#000000",
        Color::Red => "#c4342d",
        Color::Green => "#4cae4f",
        Color::Yellow => "#d8a31a",
        Color::Blue => "#2f6fd0",
        Color::Magenta => "#b565c8",
        Color::Cyan => "#35b5c2",
        Color::White => "#ffffff",
        Color::LightRed => "#ff6b5e",
        _ => otherwise,
    }
}
