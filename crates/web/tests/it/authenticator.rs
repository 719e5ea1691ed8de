//! What a person has beside the password: an authenticator, a recovery code, links that were mailed.

use crate::test_host::{OLD, STAFF, TestHost, now, pass};
use jiff::SignedDuration;
use postward_authority::{
    LinkKind, MailboxId, Origin, OtherSessions, Request, SessionGuard, SignedIn, StaffSession, Surface,
};
use postward_wire::{Address, Attempt, Secret};

pub(crate) const ADA: &str = "ada@birch.example";
pub(crate) const BOSS: &str = "owner@birch.example";

/// An authenticator by the clock of these tests.
pub(crate) struct Authenticator(postward_testclient::Authenticator);

impl Authenticator {
    pub(crate) fn of(typed: &Secret) -> Self {
        Self(postward_testclient::Authenticator::of(typed.expose()).unwrap())
    }

    /// The code it shows now.
    pub(crate) fn code(&self) -> String {
        self.0.code_at(now().as_second()).unwrap()
    }

    /// The next code, after the wait for it.
    pub(crate) fn next_code(&self) -> String {
        pass(SignedDuration::from_secs(30));
        self.code()
    }
}

pub(crate) fn request(surface: Surface) -> Request {
    Request::new(Origin::new([127, 0, 0, 1].into(), surface), now())
}

fn attempt(login: &str, password: &str) -> Attempt {
    Attempt { authcid: login.to_owned(), secret: Secret::new(password.to_owned()) }
}

impl TestHost {
    /// Somebody who is signed in without a browser.
    pub(crate) async fn guard(&self, address: &str, surface: Surface) -> SessionGuard {
        let signed_in = self.authority.sign_in_browser(attempt(address, OLD), &request(surface)).await;
        let Ok(SignedIn::Session(_, guard)) = signed_in else { panic!("{address} signs in") };
        guard
    }

    /// Whether something opens IMAP.
    pub(crate) async fn opens_imap(&self, address: &str, password: &str) -> bool {
        self.authority.sign_in(attempt(address, password), &request(Surface::Imap)).await.is_ok()
    }

    async fn staff_session(&self, email: &str) -> StaffSession {
        let request = request(Surface::Dashboard);
        let signed_in = self.authority.sign_in_staff(attempt(email, STAFF), &request).await;
        let Ok(SignedIn::Session(_, session)) = signed_in else { panic!("{email} signs in") };
        session
    }

    /// Turns Ada's second factor on; her next code is a fresh one.
    pub(crate) async fn authenticator_of_ada(&self) -> Authenticator {
        let (guard, request) = (self.guard(ADA, Surface::Panel).await, request(Surface::Panel));
        let begun = self.authority.begin_second_factor(&guard, None, "Postward", &request).await;
        let authenticator = Authenticator::of(&begun.ok().unwrap().typed);
        let code = Secret::new(authenticator.code());
        let on = self.authority.turn_on_second_factor(&guard, &code, OtherSessions::Stay, &request).await;
        assert!(on.is_ok());
        pass(SignedDuration::from_secs(30));
        authenticator
    }

    /// Turns the second factor of Birch's owner on; with it the backup codes.
    pub(crate) async fn authenticator_of_boss(&self) -> (Authenticator, Vec<String>) {
        let (session, request) = (self.staff_session(BOSS).await, request(Surface::Dashboard));
        let begun = self.authority.begin_second_factor(&session, None, "Postward", &request).await;
        let authenticator = Authenticator::of(&begun.ok().unwrap().typed);
        let code = Secret::new(authenticator.code());
        let on = self.authority.turn_on_second_factor(&session, &code, OtherSessions::Stay, &request);
        let codes = on.await.ok().unwrap().backup_codes;
        pass(SignedDuration::from_secs(30));
        (authenticator, codes.iter().map(|code| code.expose().to_owned()).collect())
    }

    pub(crate) async fn recovery_code(&self, mailbox: MailboxId) -> String {
        let code = self.authority.issue_recovery_code(&self.operator, mailbox, now()).await.unwrap();
        code.expose().to_owned()
    }

    /// Gives Ada a verified recovery e-mail.
    pub(crate) async fn recovery_email_of_ada(&self) {
        let token = self.verification_of_ada("ada@elsewhere.example").await;
        let token = postward_authority::Token::from_link(&token);
        let verified = self.authority.verify_recovery_email(&token, &request(Surface::Webmail)).await;
        assert!(verified.is_ok());
    }

    /// The token of the letter that went to a new recovery e-mail.
    pub(crate) async fn verification_of_ada(&self, email: &str) -> String {
        let guard = self.guard(ADA, Surface::Panel).await;
        let email = Address::parse(email).unwrap();
        self.authority.name_recovery_email(&guard, &email, now()).await.ok().unwrap();
        self.mailed(LinkKind::VerifyRecoveryEmail).await.unwrap()
    }

    /// The token in the newest letter with a link of a kind, as a postman writes it; each is read once.
    pub(crate) async fn mailed(&self, kind: LinkKind) -> Option<String> {
        for letter in self.authority.letters_due(now(), 100).await.unwrap() {
            let link = self.authority.link_of(&letter, now()).await.unwrap();
            self.authority.letter_sent(letter.id, now()).await.unwrap();
            let mut post = self.post.lock().unwrap();
            post.extend(link.map(|(kind, token)| (kind, token.expose().to_owned())));
        }
        let mut post = self.post.lock().unwrap();
        let newest = post.iter().rposition(|(of, _)| *of == kind)?;
        Some(post.remove(newest).1)
    }

    /// The same, once a link that was asked for is there: it is made apart from the answer.
    pub(crate) async fn mailed_soon(&self, kind: LinkKind) -> String {
        for _ in 0..500 {
            if let Some(token) = self.mailed(kind).await {
                return token;
            }
            tokio::task::yield_now().await;
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("no link of the kind {kind:?} was mailed");
    }
}
