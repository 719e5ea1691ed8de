//! The dashboard: where account owners, admins and resellers manage mailboxes. One file per page.

mod account;
mod audit;
mod confirmation_step;
mod deletion;
mod mail_app_mode;
mod mail_apps;
mod mailbox_password_form;
mod mailbox_paths;
mod mailbox_request;
mod mailboxes;
mod new_mailbox;
mod password;
mod password_page;
mod recovery_code;
mod security;
mod sessions;

use crate::auth::password_reset;
use crate::auth::reauthenticate;
use crate::auth::second_factor_challenge;
use crate::auth::sign_in;
use crate::http::redirect::see_other;
use crate::session::extractors::require_staff;
use crate::site::Site;
use crate::web_surface::WebSurface;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use std::sync::Arc;

/// Every page of the dashboard: those for staff who are signed in, and those around signing in.
pub(crate) fn routes(site: &Arc<Site>) -> Router<Arc<Site>> {
    let inside = Router::new()
        .route("/dashboard", get(async || see_other("/dashboard/mailboxes")))
        .route("/dashboard/mailboxes", get(mailboxes::page).post(new_mailbox::add))
        .route("/dashboard/mailboxes/new", get(new_mailbox::page))
        .route("/dashboard/mailboxes/deleted", get(deletion::deleted))
        .route("/dashboard/mailboxes/{id}", get(security::first_tab))
        .route("/dashboard/mailboxes/{id}/security", get(security::page))
        .route("/dashboard/mailboxes/{id}/events", get(security::events))
        .route(
            "/dashboard/mailboxes/{id}/recovery-code",
            get(recovery_code::confirm).post(recovery_code::issue),
        )
        .route("/dashboard/mailboxes/{id}/sessions", get(sessions::page).post(sessions::end))
        .route("/dashboard/mailboxes/{id}/suspend", get(sessions::confirm_suspension).post(sessions::suspend))
        .route("/dashboard/mailboxes/{id}/resume", post(sessions::resume))
        .route("/dashboard/mailboxes/{id}/password", get(password::page).post(password::save))
        .route("/dashboard/mailboxes/{id}/delete", get(deletion::confirm).post(deletion::delete))
        .route("/dashboard/mailboxes/{id}/restore", post(deletion::restore))
        .route("/dashboard/account", get(account::page))
        .route("/dashboard/account/password", post(account::change))
        .route("/dashboard/account/sessions", post(account::end))
        .route("/dashboard/mail-apps", get(mail_apps::page))
        .route("/dashboard/mail-apps/mailboxes", post(mail_apps::pick))
        .route("/dashboard/mail-apps/mode", get(mail_app_mode::page).post(mail_app_mode::save))
        .route("/dashboard/audit", get(audit::page))
        .merge(account::second_factor::routes())
        .merge(reauthenticate::routes(WebSurface::Dashboard))
        .route_layer(from_fn_with_state(Arc::clone(site), require_staff));
    inside
        .merge(sign_in::routes(WebSurface::Dashboard))
        .merge(second_factor_challenge::routes(WebSurface::Dashboard))
        .merge(password_reset::routes(WebSurface::Dashboard))
}
