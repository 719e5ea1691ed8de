//! The allow-list: what the HTML of a message may be made of.

/// The elements that stay. Of others the text stays, unless they are in [`DROPPED`].
pub(super) const TAGS: &str = "\
    a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del \
    dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol \
    p pre q s section small span strike strong sub sup table tbody td tfoot th thead tr";

/// Elements that go with everything in them; what they hold is no text to read.
pub(super) const DROPPED: &str = "\
    applet audio canvas embed frame frameset head iframe math noembed noscript object script style svg \
    template title video";

/// The style properties that stay: those that colour, size and space, none that places anything over anything.
pub(super) const STYLES: &str = "\
    background background-color border border-bottom border-bottom-color border-bottom-style \
    border-bottom-width border-collapse border-color border-left border-left-color border-left-style border-left-width \
    border-radius border-right border-right-color border-right-style border-right-width border-spacing \
    border-style border-top border-top-color border-top-style border-top-width border-width clear color \
    direction display float font font-family font-size font-style font-variant font-weight height \
    letter-spacing line-height list-style-type margin margin-bottom margin-left margin-right margin-top max-height \
    max-width min-height min-width opacity overflow padding padding-bottom padding-left padding-right \
    padding-top text-align text-decoration text-transform vertical-align white-space width";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_broken_by_the_end_of_a_line() {
        for list in [TAGS, DROPPED, STYLES] {
            for name in list.split_whitespace() {
                assert!(!name.starts_with('-') && !name.ends_with('-'), "{name:?}");
            }
        }
    }
}
