//! Tables for people, in columns of a terminal: East Asian characters take two.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};
use unicode_width::UnicodeWidthStr;

/// Minimum width of a wrapped column; a table that needs more is wider than the terminal.
const NARROWEST: u16 = 24;

/// Lays out rows, the first with the heads; columns of numbers are flush right. In a terminal of this width, cells of
/// several words are wrapped if necessary; without a width, a row is one line.
pub fn table<Row: IntoIterator<Item = String>>(
    rows: impl IntoIterator<Item = Row>,
    numbers: &[usize],
    width: Option<u16>,
) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).add_rows(rows);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    let last = table.column_count().saturating_sub(1);
    let is_text = |cell: &Cell| cell.content().contains(' ') && cell.content().width() > NARROWEST.into();
    let wraps: Vec<bool> = (0..=last).map(|at| table.column_cells_iter(at).flatten().any(is_text)).collect();
    for ((at, column), wraps) in table.column_iter_mut().enumerate().zip(wraps) {
        column.set_padding((0, if at == last { 0 } else { 2 }));
        if numbers.contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        column.set_constraint(match wraps {
            true => ColumnConstraint::LowerBoundary(Width::Fixed(NARROWEST)),
            false => ColumnConstraint::ContentWidth,
        });
    }
    table.trim_fmt() + "\n"
}

/// Number of terminal columns that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Pads a text with blanks.
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
        let text = table(rows(), &[1], None);
        assert_eq!(
            text,
            "name      n  what\n証明 of  12  a text of several words\nx         3    indented\n"
        );
    }

    #[test]
    fn cells_wrap_to_the_terminal() {
        let text = table(rows(), &[1], Some(38));
        assert!(text.lines().all(|line| width(line) <= 38), "{text}");
        assert_eq!(text.lines().count(), 3, "{text}");
        let rows = rows().map(|row| row.map(|cell| cell.replace("several", "several, quite long")));
        let text = table(rows, &[1], Some(38));
        assert!(text.lines().all(|line| width(line) <= 38), "{text}");
        assert_eq!(text.lines().count(), 4, "{text}");
        let long = [["a".to_owned(), "many words ".repeat(9)], ["b".repeat(30), "c".to_owned()]];
        let text = table(long, &[], Some(10));
        assert!(text.lines().all(|line| width(line) <= 30 + 2 + 24), "{text}");
        assert!(text.lines().count() > 3 && text.contains(&"b".repeat(30)), "{text}");
    }
}
