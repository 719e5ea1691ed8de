//! Into what pieces the input of a fuzz target is cut.

/// How the network cuts what is sent, as a byte of the input says.
pub(crate) fn piece_size(choice: u8) -> usize {
    match choice & 3 {
        0 => usize::MAX,
        1 => 1,
        2 => 7,
        _ => 1000,
    }
}
