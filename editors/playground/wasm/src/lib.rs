//! rulec in a browser: questions and answers as JSON texts in the memory of the module.
//!
//! The page asks `room` for a place of so many bytes, writes a question there, calls `ask`, which gives the number of bytes
//! of the answer, and reads it at `answer`. No text lives longer than until the next question.

mod question;

use std::cell::RefCell;

thread_local! {
    /// The question, then its answer.
    static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for a question of this length and says where.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    TEXT.with_borrow_mut(|text| {
        *text = vec![0; length];
        text.as_mut_ptr()
    })
}

/// Answers the question that was written there; the length of the answer.
#[unsafe(no_mangle)]
pub extern "C" fn ask() -> usize {
    TEXT.with_borrow_mut(|text| {
        *text = question::answer(text).into_bytes();
        text.len()
    })
}

/// Where the answer is.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    TEXT.with_borrow(|text| text.as_ptr())
}
