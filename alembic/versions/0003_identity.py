"""Identity: sessions, proofs, guests, invitations, API keys, mails; tests beside what is live.

Nothing sells while it runs: a release from before could not write these tables, so the rules for
a live database would gain nothing.

Frozen: it says what was created then, not what the tables are now.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

USERS = (
    """
    -- squawk-ignore-file adding-not-nullable-field, constraint-missing-not-valid
    -- squawk-ignore-file ban-drop-constraint, ban-drop-default
    -- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
    ALTER TABLE users
        ADD COLUMN email_verified boolean NOT NULL DEFAULT false,
        ADD COLUMN active         boolean NOT NULL DEFAULT true,
        ADD COLUMN superuser      boolean NOT NULL DEFAULT false,
        ADD COLUMN founder        boolean NOT NULL DEFAULT false""",
    # Else whoever registers next, a stranger perhaps, would be the founder. The demo's accounts are
    # nobody's: the whole world knows their password.
    """
    UPDATE users SET founder = true, superuser = true
    WHERE id = (SELECT id FROM users
                WHERE email_key NOT IN ('organizer@demo.example', 'buyer@demo.example')
                ORDER BY created_at, id LIMIT 1)""",
    """
    ALTER TABLE users
        ALTER COLUMN email_verified DROP DEFAULT,
        ALTER COLUMN active DROP DEFAULT,
        ALTER COLUMN superuser DROP DEFAULT,
        ALTER COLUMN founder DROP DEFAULT""",
    "CREATE UNIQUE INDEX uq_users_founder ON users (founder) WHERE founder",
    "CREATE INDEX ix_users_superusers ON users (id) WHERE superuser",
    "CREATE INDEX ix_users_created_at_id ON users (created_at, id)",
    """
    CREATE TABLE sessions (
        id         uuid        NOT NULL,
        user_id    uuid        NOT NULL,
        number     integer     NOT NULL,
        token_hash bytea       NOT NULL,
        rotated_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ended_at   timestamptz,
        version    integer     NOT NULL,
        CONSTRAINT pk_sessions PRIMARY KEY (id),
        CONSTRAINT ck_sessions_number CHECK (number >= 0)
    )""",
    "CREATE INDEX ix_sessions_live ON sessions (user_id, created_at) WHERE ended_at IS NULL",
    "CREATE INDEX ix_sessions_expires_at ON sessions (expires_at)",
    "CREATE INDEX ix_sessions_ended_at ON sessions (ended_at) WHERE ended_at IS NOT NULL",
    """
    CREATE TABLE proofs (
        id         uuid        NOT NULL,
        user_id    uuid        NOT NULL,
        purpose    text        NOT NULL,
        email_key  text        NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at    timestamptz,
        version    integer     NOT NULL,
        CONSTRAINT pk_proofs PRIMARY KEY (id),
        CONSTRAINT ck_proofs_purpose CHECK (purpose IN ('VERIFY_EMAIL', 'RESET_PASSWORD'))
    )""",
    """
    CREATE INDEX ix_proofs_unused ON proofs (user_id, purpose, created_at)
        WHERE used_at IS NULL""",
    """
    CREATE TABLE guests (
        id         uuid        NOT NULL,
        email      text        NOT NULL,
        email_key  text        NOT NULL,
        tests_of   uuid,
        created_at timestamptz NOT NULL,
        claimed_by uuid,
        version    integer     NOT NULL,
        CONSTRAINT pk_guests PRIMARY KEY (id)
    )""",
    """
    CREATE INDEX ix_guests_unclaimed ON guests (email_key, created_at, id)
        WHERE claimed_by IS NULL""",
    """
    CREATE TABLE login_attempts (
        key     text        NOT NULL,
        count   integer     NOT NULL,
        last_at timestamptz NOT NULL,
        CONSTRAINT pk_login_attempts PRIMARY KEY (key),
        CONSTRAINT ck_login_attempts_count CHECK (count >= 0)
    )""",
    "CREATE INDEX ix_login_attempts_last_at ON login_attempts (last_at)",
    """
    CREATE TABLE mails (
        id             uuid        NOT NULL,
        kind           text        NOT NULL,
        recipient      text        NOT NULL,
        subject_id     uuid,
        name           text        NOT NULL,
        organizer_name text,
        role           text,
        created_at     timestamptz NOT NULL,
        expires_at     timestamptz NOT NULL,
        due_at         timestamptz NOT NULL,
        attempts       integer     NOT NULL,
        CONSTRAINT pk_mails PRIMARY KEY (id),
        CONSTRAINT ck_mails_kind CHECK (kind IN ('VERIFY_EMAIL', 'RESET_PASSWORD',
            'PASSWORD_CHANGED', 'INVITATION'))
    )""",
    "CREATE INDEX ix_mails_due_at_id ON mails (due_at, id)",
)

ORGANIZERS = (
    "ALTER TABLE members ADD COLUMN joined_at timestamptz",
    """
    UPDATE members SET joined_at = organizers.created_at
    FROM organizers WHERE organizers.id = members.organizer_id""",
    """
    ALTER TABLE members
        ALTER COLUMN joined_at SET NOT NULL,
        DROP CONSTRAINT ck_members_role,
        ADD CONSTRAINT ck_members_role
            CHECK (role IN ('OWNER', 'MANAGER', 'FINANCE', 'SCANNER'))""",
    """
    CREATE TABLE invitations (
        id           uuid        NOT NULL,
        organizer_id uuid        NOT NULL,
        email        text        NOT NULL,
        email_key    text        NOT NULL,
        role         text        NOT NULL,
        state        text        NOT NULL,
        invited_by   uuid        NOT NULL,
        created_at   timestamptz NOT NULL,
        expires_at   timestamptz NOT NULL,
        version      integer     NOT NULL,
        CONSTRAINT pk_invitations PRIMARY KEY (id),
        CONSTRAINT ck_invitations_role CHECK (role IN ('OWNER', 'MANAGER', 'FINANCE', 'SCANNER')),
        CONSTRAINT ck_invitations_state CHECK (state IN ('OPEN', 'ACCEPTED', 'REVOKED'))
    )""",
    """
    CREATE INDEX ix_invitations_organizer_id_created_at_id
        ON invitations (organizer_id, created_at, id)""",
    """
    CREATE INDEX ix_invitations_invited_by_created_at ON invitations (invited_by, created_at)""",
    """
    CREATE TABLE api_keys (
        id           uuid        NOT NULL,
        organizer_id uuid        NOT NULL,
        name         text        NOT NULL,
        key_hash     bytea       NOT NULL,
        hint         text        NOT NULL,
        live         boolean     NOT NULL,
        scopes       text[]      NOT NULL,
        created_at   timestamptz NOT NULL,
        expires_at   timestamptz,
        last_used_at timestamptz,
        revoked_at   timestamptz,
        version      integer     NOT NULL,
        CONSTRAINT pk_api_keys PRIMARY KEY (id),
        CONSTRAINT uq_api_keys_key_hash UNIQUE (key_hash),
        CONSTRAINT ck_api_keys_scopes CHECK (cardinality(scopes) > 0)
    )""",
    """
    CREATE INDEX ix_api_keys_organizer_id_created_at_id
        ON api_keys (organizer_id, created_at, id)""",
)

SALE = (
    "ALTER TABLE events ADD COLUMN live boolean NOT NULL DEFAULT true",
    "ALTER TABLE events ALTER COLUMN live DROP DEFAULT",
    "ALTER TABLE orders ADD COLUMN live boolean NOT NULL DEFAULT true",
    "ALTER TABLE orders ALTER COLUMN live DROP DEFAULT",
    """
    ALTER TABLE holds
        ADD COLUMN organizer_id uuid,
        ADD COLUMN live boolean NOT NULL DEFAULT true,
        ADD COLUMN ended_at timestamptz""",
    "ALTER TABLE holds ALTER COLUMN live DROP DEFAULT",
    """
    UPDATE holds SET organizer_id = events.organizer_id
    FROM events WHERE events.id = holds.event_id""",
    # Those that have ended did so when their fact says.
    """
    UPDATE holds SET ended_at = ends.at
    FROM (SELECT aggregate_id, max(occurred_at) AS at FROM outbox
          WHERE type IN ('hold.converted', 'hold.released', 'hold.expired')
          GROUP BY aggregate_id) AS ends
    WHERE ends.aggregate_id = holds.id AND holds.state <> 'ACTIVE'""",
    """
    UPDATE holds SET ended_at = least(expires_at, now())
    WHERE state <> 'ACTIVE' AND ended_at IS NULL""",
    """
    ALTER TABLE holds
        ALTER COLUMN organizer_id SET NOT NULL,
        ADD CONSTRAINT ck_holds_ended_at CHECK ((state = 'ACTIVE') = (ended_at IS NULL))""",
    "DROP INDEX ix_holds_live",
    """
    CREATE INDEX ix_holds_counted ON holds (buyer_id, event_id, expires_at)
        WHERE state <> 'CONVERTED'""",
    "CREATE INDEX ix_holds_buyer_id_created_at ON holds (buyer_id, created_at)",
)

BACK = (
    "DROP INDEX ix_holds_buyer_id_created_at",
    "DROP INDEX ix_holds_counted",
    "CREATE INDEX ix_holds_live ON holds (buyer_id, event_id) WHERE state = 'ACTIVE'",
    """
    ALTER TABLE holds
        DROP CONSTRAINT ck_holds_ended_at,
        DROP COLUMN ended_at,
        DROP COLUMN live,
        DROP COLUMN organizer_id""",
    "ALTER TABLE orders DROP COLUMN live",
    "ALTER TABLE events DROP COLUMN live",
    "DROP TABLE api_keys",
    "DROP TABLE invitations",
    # The way back knows owners only.
    "DELETE FROM members WHERE role <> 'OWNER'",
    "ALTER TABLE members DROP CONSTRAINT ck_members_role",
    "ALTER TABLE members ADD CONSTRAINT ck_members_role CHECK (role IN ('OWNER'))",
    "ALTER TABLE members DROP COLUMN joined_at",
    "DROP TABLE mails",
    "DROP TABLE login_attempts",
    "DROP TABLE guests",
    "DROP TABLE proofs",
    "DROP TABLE sessions",
    "DROP INDEX ix_users_created_at_id",
    "DROP INDEX ix_users_superusers",
    "DROP INDEX uq_users_founder",
    """
    ALTER TABLE users
        DROP COLUMN founder,
        DROP COLUMN superuser,
        DROP COLUMN active,
        DROP COLUMN email_verified""",
)


def upgrade() -> None:
    for statement in (*USERS, *ORGANIZERS, *SALE):
        op.execute(statement)


def downgrade() -> None:
    for statement in BACK:
        op.execute(statement)
