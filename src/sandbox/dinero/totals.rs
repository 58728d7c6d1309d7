//! What the lines of a sale come to: Danish VAT is a quarter on top, or in it.

use super::amount::{millionths, or_nothing, ore, percent, times};
use super::reference;
use super::refusal::Refusal;
use super::rows::{Cell, Row};

/// Lines with their amounts, and what they come to, in øre.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// The lines, each with its amounts.
    pub(super) lines: Vec<Row>,
    /// Without VAT.
    pub(super) net: i64,
    /// The VAT.
    pub(super) vat: i64,
}

/// The most that a voucher can come to, in øre.
const MOST: i64 = 100_000_000_000_000;

impl Totals {
    /// Of lines whose prices have the VAT in them, or not.
    pub(super) fn of(lines: &[Row], prices_incl_vat: bool) -> Result<Self, Refusal> {
        let mut totals = Self::default();
        for line in lines {
            let (net, vat) = amounts(line, prices_incl_vat);
            totals.net = totals.net.saturating_add(net);
            totals.vat = totals.vat.saturating_add(vat);
            if totals.net.saturating_abs() > MOST {
                return Err(Refusal::of_limit(
                    "A voucher stays below a trillion kroner.",
                ));
            }
            let mut line = line.clone();
            line.set("TotalAmount", Cell::from_ore(net));
            line.set(
                "TotalAmountInclVat",
                Cell::from_ore(net.saturating_add(vat)),
            );
            totals.lines.push(line);
        }
        Ok(totals)
    }

    /// With VAT.
    pub(super) fn gross(&self) -> i64 {
        self.net.saturating_add(self.vat)
    }

    /// The three totals as they are answered.
    pub(super) fn row(&self) -> Row {
        Row::default()
            .with("TotalExclVat", Cell::from_ore(self.net))
            .with("TotalVat", Cell::from_ore(self.vat))
            .with("TotalInclVat", Cell::from_ore(self.gross()))
    }

    /// The totals as an invoice shows them below its lines.
    pub(super) fn labelled(&self) -> Cell {
        let labels = [
            ("Subtotal", self.net),
            ("VAT", self.vat),
            ("Total", self.gross()),
        ];
        let rows = labels.map(|(label, ore)| {
            Row::default()
                .with("Label", Cell::from_text(label))
                .with("TotalAmount", Cell::from_ore(ore))
        });
        Cell::from_rows(&rows)
    }
}

/// What a line comes to without VAT, and its VAT; a line of text to nothing.
fn amounts(line: &Row, prices_incl_vat: bool) -> (i64, i64) {
    if line.is("LineType", "Text") {
        return (0, 0);
    }
    let number = |name: &str| or_nothing(&line.text(name));
    let price = times(number("BaseAmountValue"), number("Quantity"));
    let price = price.saturating_sub(percent(price, number("Discount")));
    let rate =
        millionths(reference::vat_rate_of_account(&line.text("AccountNumber"))).unwrap_or_default();
    if prices_incl_vat {
        let gross = ore(price);
        let net = ore(price.saturating_mul(1_000_000) / (1_000_000 + rate));
        (net, gross.saturating_sub(net))
    } else {
        (ore(price), ore(times(price, rate)))
    }
}
