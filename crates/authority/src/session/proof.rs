//! What a sign-in has proved. A session is opened with an [`AuthProof`] and with nothing less (invariant 6).

use crate::credential::totp::TimeStep;
use crate::model::Timestamp;
use crate::model::principal::{AppPasswordId, Epoch, PrincipalId, SessionId};
use crate::store::principals::Principal;

/// The password was right. Where a second factor is on, it opens nothing by itself.
pub(crate) struct FirstFactor {
    principal: Box<Principal>,
}

/// Everything that is asked for was right, at this epoch.
pub(crate) struct AuthProof {
    pub(crate) principal: PrincipalId,
    pub(crate) epoch: Epoch,
    /// Whether the network was seen before; else it is remembered.
    pub(crate) known_network: bool,
    /// What works once, and is spent by the transaction that opens the session.
    pub(crate) one_time_proof: OneTimeProof,
    /// The browser's pending challenge, which ends with it: the hash of its token.
    pub(crate) challenge: Option<Vec<u8>>,
    /// When the password was given, where that was not now.
    pub(crate) proved_at: Option<Timestamp>,
    /// The session it comes from, which must not have ended.
    pub(crate) from_session: Option<SessionId>,
}

/// What a sign-in spends.
pub(crate) enum OneTimeProof {
    /// Nothing: no second factor is on.
    Nothing,
    /// The step of a code, held against the seed of that time.
    Step { enabled_at: i64, step: TimeStep },
    /// A backup code.
    BackupCode([u8; 32]),
    /// An app password, which has to stand still.
    AppPassword { id: AppPasswordId, digest: Vec<u8> },
    /// A second factor that was given where the person comes from.
    Carried,
}

impl FirstFactor {
    /// Takes a principal whose password has just been verified.
    pub(crate) fn of(principal: Principal) -> Self {
        Self { principal: Box::new(principal) }
    }

    pub(crate) fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Whether that is all there is to prove.
    pub(crate) fn alone(self) -> Result<AuthProof, Self> {
        match self.principal.second_factor {
            None => Ok(AuthProof::of(&self.principal, OneTimeProof::Nothing)),
            Some(_) => Err(self),
        }
    }

    /// With the second factor.
    pub(crate) fn with(self, one_time_proof: OneTimeProof) -> AuthProof {
        AuthProof::of(&self.principal, one_time_proof)
    }
}

impl AuthProof {
    /// An app password is both factors in one: it was made by somebody who had proved them.
    pub(crate) fn by_app_password(principal: &Principal, id: AppPasswordId, digest: Vec<u8>) -> Self {
        Self::of(principal, OneTimeProof::AppPassword { id, digest })
    }

    fn of(principal: &Principal, one_time_proof: OneTimeProof) -> Self {
        let Principal { id, epoch, known_network, .. } = principal;
        let (principal, epoch, known_network) = (*id, *epoch, *known_network);
        Self {
            principal,
            epoch,
            known_network,
            one_time_proof,
            challenge: None,
            proved_at: None,
            from_session: None,
        }
    }

    /// Whether a second factor was given.
    pub(crate) fn second_factor(&self) -> bool {
        match self.one_time_proof {
            OneTimeProof::Step { .. } | OneTimeProof::BackupCode(_) | OneTimeProof::Carried => true,
            OneTimeProof::Nothing | OneTimeProof::AppPassword { .. } => false,
        }
    }
}
