//! What is done with the answer of step 6.

use crate::core::wire::CallId;
use crate::tui::ui::viewing::Line;

/// What is done with the answer that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewing {
    /// Type something about it: what is searched for, a filter, a place.
    Type(Line),
    /// Whether upper and lower case are the same to the search.
    AnyCase,
    /// Whether what is searched for is a regular expression.
    Pattern,
    /// The next hit, or the one before.
    Next {
        /// Whether the next one.
        down: bool,
    },
    /// Fold or unfold what opens at the cursor.
    Fold,
    /// The same for everything that stands beside it.
    FoldBeside,
    /// The next part of the answer.
    NextPart,
    /// Copy what stands at the cursor.
    Copy,
    /// Sort the table by the column that is selected; once more the other way, then not.
    Sort,
    /// Choose the columns of the table.
    Columns,
    /// Show a column of the table, or not.
    Column(String),
    /// Make the selected column of the table wider, or narrow again.
    Widen,
    /// Save it in a file; asks which.
    Save,
    /// Open it with what the system opens such files with.
    Open,
    /// Choose another answer to compare it with.
    Compare,
    /// Compare it with the answer of that call.
    CompareWith(CallId),
    /// Compare it with one of the history, by its name.
    CompareWithKept(String),
    /// Go to the item of the table's row, laid out.
    OpenItem,
}
