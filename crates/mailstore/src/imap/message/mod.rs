//! Reading a message for a client: its header, its MIME parts, and what FETCH shows of them.

pub(crate) mod body_structure;
pub(crate) mod encoded_word;
pub(crate) mod envelope;
pub(crate) mod header;
pub(crate) mod mime;
pub(crate) mod section;
