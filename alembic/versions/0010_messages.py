"""Messages: the outbox becomes a log, which readers follow by cursors; what consumers have dealt
with, what waits to be tried again, and what was given up.

Facts from before are numbered like new ones, in the order of their writing.

Frozen: it says what was created then, not what the tables are now.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# The indexes are of rows that have a number, so that writing a fact costs what it did. No build
# without a lock is possible on partitions; facts are kept for days.
LOG = (
    """
    -- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
    -- squawk-ignore-file ban-drop-column, ban-drop-table
    ALTER TABLE outbox
        DROP COLUMN published_at,
        ADD COLUMN log_position bigint,
        ADD COLUMN organizer_id uuid,
        ADD COLUMN live         boolean""",
    "CREATE INDEX ix_outbox_unnumbered ON outbox (position) WHERE log_position IS NULL",
    "CREATE INDEX ix_outbox_log ON outbox (log_position) WHERE log_position IS NOT NULL",
    """
    CREATE INDEX ix_outbox_organizer_id_log ON outbox (organizer_id, log_position)
        WHERE organizer_id IS NOT NULL AND log_position IS NOT NULL""",
    """
    CREATE INDEX ix_outbox_order_log ON outbox (aggregate_id, log_position)
        WHERE aggregate_type = 'order' AND log_position IS NOT NULL""",
    "CREATE SEQUENCE holdfast_log_position",
)

TABLES = (
    """
    CREATE TABLE log_cursors (
        reader       text    NOT NULL,
        shard        integer NOT NULL,
        log_position bigint  NOT NULL,
        CONSTRAINT pk_log_cursors PRIMARY KEY (reader, shard),
        CONSTRAINT ck_log_cursors_shard CHECK (shard BETWEEN 0 AND 15)
    ) WITH (fillfactor = 50)""",
    """
    CREATE TABLE consumed (
        consumer_group text NOT NULL,
        message_id     uuid NOT NULL,
        CONSTRAINT pk_consumed PRIMARY KEY (consumer_group, message_id)
    )""",
    "CREATE INDEX ix_consumed_message_id ON consumed (message_id)",
    """
    CREATE TABLE parked_messages (
        consumer_group text        NOT NULL,
        message_id     uuid        NOT NULL,
        aggregate_id   uuid        NOT NULL,
        log_position   bigint      NOT NULL,
        due_at         timestamptz NOT NULL,
        attempts       integer     NOT NULL,
        error          text        NOT NULL,
        headers        jsonb       NOT NULL,
        payload        jsonb       NOT NULL,
        CONSTRAINT pk_parked_messages PRIMARY KEY (consumer_group, message_id)
    )""",
    """
    CREATE INDEX ix_parked_messages_key
        ON parked_messages (consumer_group, aggregate_id, log_position)""",
    "CREATE INDEX ix_parked_messages_due ON parked_messages (consumer_group, due_at)",
    """
    CREATE TABLE dead_letters (
        consumer_group text        NOT NULL,
        message_id     uuid        NOT NULL,
        log_position   bigint      NOT NULL,
        died_at        timestamptz NOT NULL,
        attempts       integer     NOT NULL,
        error          text        NOT NULL,
        headers        jsonb       NOT NULL,
        payload        jsonb       NOT NULL,
        CONSTRAINT pk_dead_letters PRIMARY KEY (consumer_group, message_id)
    )""",
)

# What is not numbered was read by nobody, nor was what is not behind every cursor. A reader that
# will not come back has to be forgotten.
IN_USE = """
    CREATE OR REPLACE FUNCTION holdfast_is_in_use(parent text, partition text) RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, public, pg_temp
    AS $$
    DECLARE
        found boolean;
    BEGIN
        IF parent = 'idempotency_keys' THEN
            RETURN false;
        END IF;
        EXECUTE format(
            'SELECT EXISTS (SELECT FROM public.%I WHERE %s)', partition,
            CASE parent WHEN 'holds' THEN 'state = ''ACTIVE'''
                 ELSE 'log_position IS NULL OR log_position >'
                      ' (SELECT min(log_position) FROM public.log_cursors)' END)
            INTO found;
        RETURN found;
    END $$
"""

TESTS_OF = "(SELECT NULLIF(current_setting('holdfast.tests_of', true), '')::uuid)"
ORGANIZERS = "(SELECT NULLIF(current_setting('holdfast.organizers', true), '')::uuid[])"
MODE = f"(live AND {TESTS_OF} IS NULL OR NOT live AND organizer_id = {TESTS_OF})"

# Every row, of every table; but these rights only.
SYSTEM = {
    "log_cursors": "SELECT, INSERT, UPDATE, DELETE",
    "consumed": "SELECT, INSERT, DELETE",
    "parked_messages": "SELECT, INSERT, UPDATE, DELETE",
    "dead_letters": "SELECT, INSERT, DELETE",
}

RIGHTS = (
    "GRANT USAGE ON SEQUENCE holdfast_log_position TO holdfast_system",
    "GRANT SELECT ON outbox TO holdfast_app",
    f"""
    CREATE POLICY app_select ON outbox FOR SELECT TO holdfast_app
        USING (
            log_position IS NOT NULL AND organizer_id = ANY ({ORGANIZERS}::uuid[]) AND {MODE}
        )""",
)

BACK_IN_USE = """
    CREATE OR REPLACE FUNCTION holdfast_is_in_use(parent text, partition text) RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, public, pg_temp
    AS $$
    DECLARE
        found boolean;
    BEGIN
        IF parent = 'idempotency_keys' THEN
            RETURN false;
        END IF;
        EXECUTE format(
            'SELECT EXISTS (SELECT FROM public.%I WHERE %s)', partition,
            CASE parent WHEN 'holds' THEN 'state = ''ACTIVE''' ELSE 'published_at IS NULL' END)
            INTO found;
        RETURN found;
    END $$
"""

BACK = (
    BACK_IN_USE,
    "DROP POLICY app_select ON outbox",
    "REVOKE SELECT ON outbox FROM holdfast_app",
    "DROP TABLE dead_letters",
    "DROP TABLE parked_messages",
    "DROP TABLE consumed",
    "DROP TABLE log_cursors",
    "DROP INDEX ix_outbox_unnumbered, ix_outbox_log, ix_outbox_organizer_id_log, "
    "ix_outbox_order_log",
    """
    ALTER TABLE outbox
        DROP COLUMN log_position,
        DROP COLUMN organizer_id,
        DROP COLUMN live,
        ADD COLUMN published_at timestamptz""",
    "CREATE INDEX ix_outbox_unpublished ON outbox (position) WHERE published_at IS NULL",
    "DROP SEQUENCE holdfast_log_position",
)


def upgrade() -> None:
    for statement in (*LOG, *TABLES, IN_USE):
        op.execute(statement)
    for table, rights in SYSTEM.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"GRANT {rights} ON {table} TO holdfast_system")
        op.execute(
            f"CREATE POLICY system ON {table} TO holdfast_system USING (true) WITH CHECK (true)"
        )
    for statement in RIGHTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in BACK:
        op.execute(statement)
