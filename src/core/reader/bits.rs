//! Sixty-four bytes at a time: which of them are brackets, commas, quotes, blanks.
//!
//! A byte is a bit of a word, the first byte the lowest. So a body of 100 MB is gone through at the speed of
//! memory, without looking at its bytes one by one.

use wide::u8x16;

/// How many bytes are taken at a time.
pub(super) const STRIDE: usize = 64;

/// What stands where among [`STRIDE`] bytes of JSON; strings hold nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bits {
    /// `{` and `[`.
    pub(super) opens: u64,
    /// `}` and `]`.
    pub(super) closes: u64,
    /// Commas.
    pub(super) commas: u64,
    /// The first byte behind each opening bracket that is no blank, also where the bracket stood before.
    pub(super) firsts: u64,
}

/// What is known of the bytes before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Carry {
    /// They end within a string.
    pub(super) in_string: bool,
    /// They end with a backslash that takes the next byte's meaning.
    pub(super) escapes: bool,
    /// They end with an opening bracket, or with blanks behind one.
    pub(super) opened: bool,
}

impl Carry {
    /// Goes on over the next bytes.
    pub(super) fn take(&mut self, bytes: &[u8; STRIDE]) -> Bits {
        let raw = Raw::of(bytes);
        let quotes = raw.quotes & !self.escaped(raw.backslashes);
        // From an opening quote up to the byte before the closing one.
        let strings = up_to_each(quotes) ^ if self.in_string { u64::MAX } else { 0 };
        self.in_string = strings >> 63 == 1;
        let opens = raw.opens & !strings;
        let closes = raw.closes & !strings;
        let commas = raw.commas & !strings;
        let after = opens << 1 | u64::from(self.opened);
        // A run of blanks that begins behind a bracket hands its bit on to the byte that ends it.
        let (handed_on, beyond) = after.overflowing_add(raw.blanks);
        self.opened = beyond || opens >> 63 == 1;
        Bits {
            opens,
            closes,
            commas,
            firsts: handed_on & !raw.blanks,
        }
    }

    /// The bytes that a backslash takes the meaning from.
    fn escaped(&mut self, backslashes: u64) -> u64 {
        const EVEN: u64 = 0x5555_5555_5555_5555;
        if backslashes == 0 {
            return u64::from(std::mem::take(&mut self.escapes));
        }
        let carried = u64::from(self.escapes);
        let backslashes = backslashes & !carried;
        let follows = backslashes << 1 | carried;
        let odd_starts = backslashes & !EVEN & !follows;
        let (even_runs, beyond) = odd_starts.overflowing_add(backslashes);
        self.escapes = beyond;
        (EVEN ^ (even_runs << 1)) & follows
    }
}

/// Each bit is the parity of the bits up to it.
const fn up_to_each(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ bits << 32
}

/// What stands where, strings not yet told apart.
struct Raw {
    quotes: u64,
    backslashes: u64,
    opens: u64,
    closes: u64,
    commas: u64,
    blanks: u64,
}

impl Raw {
    fn of(bytes: &[u8; STRIDE]) -> Self {
        let mut raw = Self {
            quotes: 0,
            backslashes: 0,
            opens: 0,
            closes: 0,
            commas: 0,
            blanks: 0,
        };
        let (quarters, _) = bytes.as_chunks::<16>();
        let blank = u8x16::splat(b' ');
        for (position, quarter) in quarters.iter().enumerate() {
            let shift = position * 16;
            let here = u8x16::new(*quarter);
            let bits = |found: u8x16| u64::from(found.to_bitmask()) << shift;
            let is = |byte: u8| bits(here.simd_eq(u8x16::splat(byte)));
            // `[` and `{`, `]` and `}` differ in that bit alone.
            let folded = here | blank;
            let is_bracket = |byte: u8| bits(folded.simd_eq(u8x16::splat(byte)));
            raw.quotes |= is(b'"');
            raw.backslashes |= is(b'\\');
            raw.commas |= is(b',');
            raw.opens |= is_bracket(b'{');
            raw.closes |= is_bracket(b'}');
            raw.blanks |= bits(here.min(blank).simd_eq(here));
        }
        raw
    }
}

/// Every set bit, the lowest first.
pub(super) fn each(mut bits: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let at = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (at < 64).then_some(at)
    })
}
