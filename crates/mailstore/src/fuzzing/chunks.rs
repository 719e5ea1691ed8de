//! Into what pieces the input of a fuzz target is cut.

/// The size of the pieces in which input arrives, chosen by a byte of the input.
pub(crate) fn piece_size(choice: u8) -> usize {
    match choice & 3 {
        0 => usize::MAX,
        1 => 1,
        2 => 7,
        _ => 1000,
    }
}
