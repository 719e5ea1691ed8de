-- Second factors, app passwords, and the ways back in. What is secret here is sealed or hashed; the keys stand in a file
-- outside the database, and `key_id` says which of them was used.

-- The second factor of whoever has one (RFC 6238). `last_step` is the latest time step whose code was spent.
CREATE TABLE second_factor (
    principal_id BIGINT PRIMARY KEY REFERENCES principal (id),
    key_id       BIGINT NOT NULL,
    sealed_seed  BYTEA  NOT NULL,
    last_step    BIGINT NOT NULL,
    enabled_at   BIGINT NOT NULL
);

-- Seeds that were shown and not confirmed yet, one for each session that is setting one up.
CREATE TABLE enrolment (
    session_id   BIGINT PRIMARY KEY,
    principal_id BIGINT NOT NULL REFERENCES principal (id),
    key_id       BIGINT NOT NULL,
    sealed_seed  BYTEA  NOT NULL,
    begun_at     BIGINT NOT NULL
);
CREATE INDEX enrolment_by_principal ON enrolment (principal_id);

-- Browsers whose password was right and that still owe a code.
CREATE TABLE second_step (
    token_digest BYTEA  PRIMARY KEY,
    principal_id BIGINT NOT NULL REFERENCES principal (id),
    epoch        BIGINT NOT NULL,
    surface      TEXT   NOT NULL,
    proved_at    BIGINT NOT NULL,
    begun_at     BIGINT NOT NULL,
    tries        BIGINT NOT NULL
);
CREATE INDEX second_step_by_principal ON second_step (principal_id);

-- Guesses at codes behind a right password. Networks the principal was signed in from have a row each; all others share
-- one, whose `network` is empty.
CREATE TABLE code_guess (
    principal_id BIGINT NOT NULL REFERENCES principal (id),
    network      TEXT   NOT NULL,
    since        BIGINT NOT NULL,
    guesses      BIGINT NOT NULL,
    wrong        BIGINT NOT NULL,
    PRIMARY KEY (principal_id, network)
);

-- The staff's one-time codes for the day the phone is lost.
CREATE TABLE backup_code (
    principal_id BIGINT NOT NULL REFERENCES principal (id),
    digest       BYTEA  NOT NULL,
    PRIMARY KEY (principal_id, digest)
);

-- Revoked ones stay visible, with the reason.
CREATE TABLE app_password (
    id            BIGINT PRIMARY KEY,
    principal_id  BIGINT NOT NULL REFERENCES principal (id),
    name          TEXT   NOT NULL,
    key_id        BIGINT NOT NULL,
    digest        BYTEA  NOT NULL,
    created_at    BIGINT NOT NULL,
    used_at       BIGINT,
    used_ip       TEXT,
    used_surface  TEXT,
    revoked_at    BIGINT,
    revoke_reason TEXT
);
CREATE INDEX app_password_by_principal ON app_password (principal_id, created_at);

-- One active code for each mailbox.
CREATE TABLE recovery_code (
    principal_id BIGINT PRIMARY KEY REFERENCES principal (id),
    digest       BYTEA  NOT NULL,
    issued_at    BIGINT NOT NULL
);

-- Where a link may be sent; verified before it stands here.
CREATE TABLE recovery_email (
    principal_id BIGINT PRIMARY KEY REFERENCES principal (id),
    address      TEXT   NOT NULL,
    verified_at  BIGINT NOT NULL
);

-- Links that were mailed. The token is not kept: it is made from the id and a key of the file, and recognised by its hash.
-- `address` is what the link is about: the recovery e-mail to verify, or the one that was replaced.
CREATE TABLE link (
    id           BIGINT PRIMARY KEY,
    principal_id BIGINT NOT NULL REFERENCES principal (id),
    kind         TEXT   NOT NULL,
    epoch        BIGINT NOT NULL,
    key_id       BIGINT NOT NULL,
    digest       BYTEA  NOT NULL UNIQUE,
    address      TEXT,
    made_at      BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX link_by_principal ON link (principal_id, kind);

-- What opened the session: the app password, if it was one, and whether a code was asked for. `proved_at` is when that
-- was; a hop from one surface to another does not make it younger.
ALTER TABLE session ADD COLUMN app_password_id BIGINT;
ALTER TABLE session ADD COLUMN second_factor BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE session ADD COLUMN proved_at BIGINT;
CREATE INDEX session_history ON session (principal_id, opened_at);
CREATE INDEX session_by_app_password ON session (app_password_id) WHERE app_password_id IS NOT NULL;

-- What mail apps may sign in with; where it is null, what stands above decides.
ALTER TABLE mailbox ADD COLUMN mail_app_mode TEXT;
ALTER TABLE domain ADD COLUMN mail_app_mode TEXT;
ALTER TABLE account ADD COLUMN mail_app_mode TEXT;

ALTER TABLE mailbox ADD COLUMN tell_new_places BOOLEAN NOT NULL DEFAULT TRUE;
-- Until then the recovery e-mail cannot be changed: somebody has said that it was not them.
ALTER TABLE mailbox ADD COLUMN recovery_held_until BIGINT;

-- How a letter of the outbox fares on its way out.
ALTER TABLE outbox ADD COLUMN link_id BIGINT;
ALTER TABLE outbox ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN next_try_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN given_up_at BIGINT;
