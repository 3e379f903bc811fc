//! Columns side by side for people, as wide as a terminal shows them: East Asian characters take two columns.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};
use unicode_width::UnicodeWidthStr;

/// The least room for a column whose cells are wrapped; a table that leaves less gets wider than the terminal.
const NARROWEST: u16 = 24;

/// How the columns are laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'a> {
    /// Columns that are flush right.
    pub right: &'a [usize],
    /// The column whose cells are wrapped if the table is too wide.
    pub wraps: usize,
    /// Width of the terminal; without it, a row is one line.
    pub width: Option<u16>,
}

/// The rows as text; the first has the heads.
pub fn table<Row: IntoIterator<Item = String>>(
    rows: impl IntoIterator<Item = Row>,
    layout: Layout<'_>,
) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    if let Some(width) = layout.width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.add_rows(rows);
    let last = table.column_count().saturating_sub(1);
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if at == last { 0 } else { 2 }));
        if layout.right.contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        column.set_constraint(match at == layout.wraps {
            true => ColumnConstraint::LowerBoundary(Width::Fixed(NARROWEST)),
            false => ColumnConstraint::ContentWidth,
        });
    }
    table.trim_fmt() + "\n"
}

/// How many columns of a terminal a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Fills a text up with blanks.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> [[String; 3]; 3] {
        [["name", "n", "what"], ["証明 of", "12", "a text of several words"], ["x", "3", "  indented"]]
            .map(|row| row.map(String::from))
    }

    #[test]
    fn wide_characters_align() {
        let text = table(rows(), Layout { right: &[1], wraps: 2, width: None });
        assert_eq!(
            text,
            "name      n  what\n証明 of  12  a text of several words\nx         3    indented\n"
        );
    }

    #[test]
    fn cells_wrap_to_the_terminal() {
        let text = table(rows(), Layout { right: &[1], wraps: 2, width: Some(38) });
        assert!(text.lines().all(|line| width(line) <= 38), "{text}");
        assert_eq!(text.lines().count(), 3, "{text}");
        let long = [["a".to_owned(), "many words ".repeat(9)], ["b".repeat(30), "c".to_owned()]];
        let text = table(long, Layout { right: &[], wraps: 1, width: Some(10) });
        assert!(text.lines().all(|line| width(line) <= 30 + 2 + 24), "{text}");
        assert!(text.lines().count() > 3 && text.contains(&"b".repeat(30)), "{text}");
    }
}
