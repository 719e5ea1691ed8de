//! The frame of every page around its own content, and rendering a template as an answer.

use crate::view::assets;
use crate::view::flash::Flash;
use crate::view::theme::Theme;
use crate::web_surface::WebSurface;
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The frame of a page: every template has a field `page` of this type and extends `base.html`.
pub(crate) struct Page {
    /// What the page is for, as the browser's tab says it.
    pub(crate) title: String,
    /// The name in the corner.
    pub(crate) brand: String,
    /// Light, dark, or as the system has it.
    pub(crate) theme: Theme,
    /// Which of the three surfaces; none for the front page and for error pages.
    pub(crate) surface: Option<WebSurface>,
    /// Where to come back to from the theme switch: a path of ours that answers GET.
    pub(crate) here: String,
    /// The address of who is signed in.
    pub(crate) who: Option<String>,
    /// The value of the hidden field `csrf`; empty before sign-in.
    pub(crate) csrf: String,
    /// What the last act did, until it is dismissed.
    pub(crate) flash: Option<Flash>,
}

impl Page {
    /// The address of an embedded file, good for ever.
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// Whether this page stands below a path, for the mark in the navigation.
    pub(crate) fn is_within(&self, path: &str) -> bool {
        self.here.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }

    /// What the surface is called in the head of the page.
    pub(crate) fn surface_title(&self) -> &'static str {
        self.surface.map_or("", |surface| (surface.entry().title)())
    }

    /// Whether it is for staff, who have another sign-in than mailboxes.
    pub(crate) fn is_staff(&self) -> bool {
        self.surface == Some(WebSurface::Dashboard)
    }

    /// Whether it belongs to the webmail.
    pub(crate) fn is_webmail(&self) -> bool {
        self.surface == Some(WebSurface::Webmail)
    }

    /// The value of `data-theme` on the root element.
    pub(crate) fn theme_name(&self) -> &'static str {
        self.theme.name()
    }
}

/// Renders a page. One that cannot be rendered is a bare status 500, to which [`crate::http::error_page`] gives a page.
pub(crate) fn html(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
