//! Filters by which a template names its texts: `{{ "action-save"|text }}`.
//!
//! A message with arguments is begun with `message` and gets them by `arg`, `count` and `html`:
//! `{{ "sessions-more"|message|count("count", more) }}`. One that holds markup is begun with `markup`: the message is
//! ours and stands in the page as it is; its arguments are escaped, but for those of `html`, which are markup.

#![expect(unreachable_pub, reason = "the macro writes a method of its own for each filter")]

use askama::Values;
use askama::filters::{Html, HtmlSafe, escape};
use postward_texts::Message;
use std::fmt;

/// A message without arguments.
#[askama::filter_fn]
pub(crate) fn text(id: &'static str, _: &dyn Values) -> askama::Result<&'static str> {
    Ok(postward_texts::text(id))
}

/// A message with arguments.
#[askama::filter_fn]
pub(crate) fn message(id: &'static str, _: &dyn Values) -> askama::Result<Message> {
    Ok(postward_texts::message(id))
}

/// A message that holds markup.
#[askama::filter_fn]
pub(crate) fn markup(id: &'static str, _: &dyn Values) -> askama::Result<Markup> {
    Ok(Markup(postward_texts::message(id)))
}

/// An argument that is text.
#[askama::filter_fn]
pub(crate) fn arg<M: TakesArguments, V: fmt::Display>(
    message: M,
    _: &dyn Values,
    name: &'static str,
    value: V,
) -> askama::Result<M> {
    message.with_text(name, value)
}

/// An argument that is a number, by which the message can choose between singular and plural.
#[askama::filter_fn]
pub(crate) fn count<M: TakesArguments, N: Count>(
    message: M,
    _: &dyn Values,
    name: &'static str,
    count: N,
) -> askama::Result<M> {
    Ok(message.with_count(name, count.count()))
}

/// An argument that is markup.
#[askama::filter_fn]
pub(crate) fn html<V: HtmlSafe>(
    message: Markup,
    _: &dyn Values,
    name: &'static str,
    value: V,
) -> askama::Result<Markup> {
    Ok(Markup(message.0.with(name, value)))
}

/// A message that holds markup, and whose arguments are escaped.
pub(crate) struct Markup(Message);

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl HtmlSafe for Markup {}

/// A message that takes arguments.
pub(crate) trait TakesArguments: Sized {
    fn with_text(self, name: &'static str, value: impl fmt::Display) -> askama::Result<Self>;
    fn with_count(self, name: &'static str, count: u64) -> Self;
}

impl TakesArguments for Message {
    fn with_text(self, name: &'static str, value: impl fmt::Display) -> askama::Result<Self> {
        Ok(self.with(name, value))
    }

    fn with_count(self, name: &'static str, count: u64) -> Self {
        self.count(name, count)
    }
}

impl TakesArguments for Markup {
    fn with_text(self, name: &'static str, value: impl fmt::Display) -> askama::Result<Self> {
        let Ok(escaped) = escape(value.to_string(), Html);
        Ok(Self(self.0.with(name, escaped)))
    }

    fn with_count(self, name: &'static str, count: u64) -> Self {
        Self(self.0.count(name, count))
    }
}

/// A number of things.
pub(crate) trait Count {
    fn count(&self) -> u64;
}

impl Count for u64 {
    fn count(&self) -> u64 {
        *self
    }
}

impl Count for usize {
    fn count(&self) -> u64 {
        *self as u64
    }
}

impl<T: Count + ?Sized> Count for &T {
    fn count(&self) -> u64 {
        (**self).count()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use crate::view::filters;
    use crate::view::user_agent::UserAgent;
    use askama::Template;

    #[derive(Template)]
    #[template(
        source = r#"{{ "mode-title"|message|arg("name", name) }}
{{ "panel-for"|markup|arg("address", name) }}
{{ "staff-session-client-since"|markup|html("client", client)|arg("when", name) }}"#,
        ext = "html"
    )]
    struct Page<'a> {
        name: &'a str,
        client: UserAgent,
    }

    #[test]
    fn what_a_message_is_given_is_no_markup_unless_it_is_ours() {
        let client = UserAgent::new("<i>".to_owned());
        let page = Page { name: "\"><b>", client }.render().unwrap();
        let lines: Vec<_> = page.lines().collect();
        assert_eq!(lines[0], "Mail apps of &#34;&#62;&#60;b&#62;");
        assert_eq!(lines[1], "For <span class=\"address-name\">&#34;&#62;&#60;b&#62;</span>");
        assert!(lines[2].starts_with("<span title=\"&#60;i&#62;\">"), "{page}");
        assert!(lines[2].ends_with(", since &#34;&#62;&#60;b&#62;"), "{page}");
    }
}
