-- The same text on SQLite and PostgreSQL. Ids are 63 random bits, times are milliseconds since 1970 (UTC).

-- The tree: the host at the root, resellers under it, customers under them. `path` is the ids from the root down,
-- with a slash at both ends: a subtree is a prefix.
CREATE TABLE account (
    id         BIGINT PRIMARY KEY,
    parent_id  BIGINT REFERENCES account (id),
    kind       TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    path       TEXT   NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE domain (
    id         BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    name       TEXT   NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
CREATE INDEX domain_by_account ON domain (account_id);

-- Whoever can sign in. Every write to `password_hash` raises `credential_epoch`; a session opened under an older
-- epoch opens nothing.
CREATE TABLE principal (
    id               BIGINT PRIMARY KEY,
    kind             TEXT   NOT NULL,
    login            TEXT   NOT NULL,
    state            TEXT   NOT NULL,
    credential_epoch BIGINT NOT NULL,
    password_hash    TEXT   NOT NULL,
    last_sign_in_at  BIGINT,
    created_at       BIGINT NOT NULL,
    UNIQUE (kind, login)
);
CREATE INDEX principal_by_age ON principal (kind, created_at DESC, login);

-- The passwords before, newest few: so that a try with one is told apart in the activity.
CREATE TABLE previous_password (
    principal_id  BIGINT NOT NULL REFERENCES principal (id),
    epoch         BIGINT NOT NULL,
    password_hash TEXT   NOT NULL,
    retired_at    BIGINT NOT NULL,
    PRIMARY KEY (principal_id, epoch)
);

CREATE TABLE mailbox (
    id         BIGINT PRIMARY KEY REFERENCES principal (id),
    domain_id  BIGINT NOT NULL REFERENCES domain (id),
    deleted_at BIGINT
);
CREATE INDEX mailbox_by_domain ON mailbox (domain_id, deleted_at);

CREATE TABLE staff (
    id              BIGINT PRIMARY KEY REFERENCES principal (id),
    account_id      BIGINT NOT NULL REFERENCES account (id),
    role            TEXT   NOT NULL,
    some_domains    BOOLEAN NOT NULL
);

-- Where `some_domains` is true: those the person is limited to.
CREATE TABLE staff_domain (
    staff_id  BIGINT NOT NULL REFERENCES staff (id),
    domain_id BIGINT NOT NULL REFERENCES domain (id),
    PRIMARY KEY (staff_id, domain_id)
);

-- `ended_at` is set by whoever ends the session, in the transaction of the reason; `closed_at` by the node that had
-- it, when nothing of it is alive any more.
CREATE TABLE session (
    id           BIGINT PRIMARY KEY,
    principal_id BIGINT NOT NULL REFERENCES principal (id),
    epoch        BIGINT NOT NULL,
    surface      TEXT   NOT NULL,
    node         TEXT   NOT NULL,
    token_digest BYTEA,
    ip           TEXT   NOT NULL,
    client       TEXT,
    opened_at    BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    ended_at     BIGINT,
    end_reason   TEXT,
    closed_at    BIGINT
);
CREATE INDEX session_live ON session (principal_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX session_by_token ON session (token_digest) WHERE token_digest IS NOT NULL;
CREATE INDEX session_to_close ON session (node) WHERE closed_at IS NULL;

-- Networks a principal was signed in from: tries from there are not a stranger's.
CREATE TABLE known_network (
    principal_id BIGINT NOT NULL REFERENCES principal (id),
    network      TEXT   NOT NULL,
    seen_at      BIGINT NOT NULL,
    PRIMARY KEY (principal_id, network)
);

-- Tries that did not succeed. The cause is for owners and staff; the stranger never hears it.
CREATE TABLE refused_try (
    id           BIGINT PRIMARY KEY,
    at           BIGINT NOT NULL,
    principal_id BIGINT,
    login        TEXT   NOT NULL,
    surface      TEXT   NOT NULL,
    ip           TEXT   NOT NULL,
    client       TEXT,
    cause        TEXT   NOT NULL
);
CREATE INDEX refused_try_by_principal ON refused_try (principal_id, at);

-- One row for each acknowledged act.
CREATE TABLE audit (
    id           BIGINT PRIMARY KEY,
    at           BIGINT NOT NULL,
    actor        TEXT   NOT NULL,
    event        TEXT   NOT NULL,
    subject      TEXT   NOT NULL,
    account_path TEXT   NOT NULL,
    domain_id    BIGINT,
    principal_id BIGINT,
    surface      TEXT,
    ip           TEXT,
    detail       TEXT   NOT NULL
);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_principal ON audit (principal_id, at);

-- Notices to be mailed: written in the transaction of what they tell of.
CREATE TABLE outbox (
    id           BIGINT PRIMARY KEY,
    at           BIGINT NOT NULL,
    principal_id BIGINT NOT NULL,
    recipient    TEXT   NOT NULL,
    notice       TEXT   NOT NULL,
    detail       TEXT   NOT NULL,
    sent_at      BIGINT
);
CREATE INDEX outbox_waiting ON outbox (at) WHERE sent_at IS NULL;
