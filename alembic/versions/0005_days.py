"""What grows with every sale is kept by day: holds, the outbox and the idempotency keys become
partitioned, and a hold carries its lines in its own row.

Ids of holds and facts are UUIDs of version 7, which begin with their moment: a day is a range of
ids. The names of partitions say which day (UTC); `_before` is older than this migration, `_rest`
has whatever fits no other one, so that nothing ever stops because a partition is missing.

Rows are copied: folding the lines in would rewrite every one of them anyway.

Frozen: it says what was created then, not what the tables are now.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PARTITIONED = ("holds", "outbox", "idempotency_keys")

# Not `extract(epoch FROM at)`, which is not immutable: the planner could not look at its result.
UUID7_FLOOR = """
    CREATE FUNCTION holdfast_uuid7_floor(at timestamptz) RETURNS uuid
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        BEGIN ATOMIC
            SELECT rpad(
                lpad(to_hex(floor(extract(
                    epoch FROM at - timestamptz '1970-01-01 00:00+00') * 1000)::bigint), 12, '0'),
                32, '0')::uuid;
        END
"""

# The old tables are replaced in one transaction: their new shape is no shape the previous release
# could go on with, so it has to be stopped first.
ASIDE = (
    """
    -- squawk-ignore-file renaming-table, renaming-object, require-concurrent-index-deletion
    -- squawk-ignore-file ban-drop-table, ban-drop-function
    ALTER TABLE holds RENAME TO old_holds""",
    "ALTER TABLE outbox RENAME TO old_outbox",
    "ALTER TABLE idempotency_keys RENAME TO old_idempotency_keys",
    # Names of indexes are unique in the schema.
    "ALTER INDEX pk_holds RENAME TO old_pk_holds",
    "ALTER INDEX pk_outbox RENAME TO old_pk_outbox",
    "ALTER INDEX pk_idempotency_keys RENAME TO old_pk_idempotency_keys",
    "DROP INDEX ix_holds_due, ix_holds_counted, ix_holds_buyer_id_created_at",
    "DROP INDEX ix_outbox_unpublished, ix_idempotency_keys_created_at",
)

# Wide columns first, then those of 8, 4 and 1 bytes: no gaps within the row.
HOLDS = (
    """
    CREATE TABLE holds (
        id                   uuid        NOT NULL,
        event_id             uuid        NOT NULL,
        organizer_id         uuid        NOT NULL,
        buyer_id             uuid        NOT NULL,
        expires_at           timestamptz NOT NULL,
        latest_expiry        timestamptz NOT NULL,
        created_at           timestamptz NOT NULL,
        ended_at             timestamptz,
        total                bigint      NOT NULL,
        units                integer     NOT NULL,
        version              integer     NOT NULL,
        live                 boolean     NOT NULL,
        extended_for_payment boolean     NOT NULL,
        ordered              boolean     NOT NULL,
        state                text        NOT NULL,
        currency             text        NOT NULL,
        lines                jsonb       NOT NULL,
        CONSTRAINT pk_holds PRIMARY KEY (id),
        CONSTRAINT ck_holds_state
            CHECK (state IN ('ACTIVE', 'CONVERTED', 'RELEASED', 'EXPIRED')),
        CONSTRAINT ck_holds_expiry CHECK (expires_at <= latest_expiry),
        CONSTRAINT ck_holds_ended_at CHECK ((state = 'ACTIVE') = (ended_at IS NULL)),
        CONSTRAINT ck_holds_units CHECK (units > 0)
    ) PARTITION BY RANGE (id)""",
    "CREATE INDEX ix_holds_due ON holds (expires_at, event_id) WHERE state = 'ACTIVE'",
    # Ids are in the order of their making: the newest of one buyer are neighbours.
    "CREATE INDEX ix_holds_buyer_id_id ON holds (buyer_id, id)",
)

DELIVERY = (
    # A column of its own sequence: identity is for partitioned tables from PostgreSQL 17 on.
    "CREATE SEQUENCE holdfast_outbox_position",
    """
    CREATE TABLE outbox (
        position       bigint      NOT NULL DEFAULT nextval('holdfast_outbox_position'),
        id             uuid        NOT NULL,
        type           text        NOT NULL,
        version        integer     NOT NULL,
        aggregate_type text        NOT NULL,
        aggregate_id   uuid        NOT NULL,
        payload        jsonb       NOT NULL,
        occurred_at    timestamptz NOT NULL,
        request_id     text        NOT NULL,
        actor          text        NOT NULL,
        published_at   timestamptz,
        CONSTRAINT pk_outbox PRIMARY KEY (id)
    ) PARTITION BY RANGE (id)""",
    "ALTER SEQUENCE holdfast_outbox_position OWNED BY outbox.position",
    "CREATE INDEX ix_outbox_unpublished ON outbox (position) WHERE published_at IS NULL",
    """
    CREATE TABLE idempotency_keys (
        actor       text        NOT NULL,
        operation   text        NOT NULL,
        key         text        NOT NULL,
        fingerprint bytea       NOT NULL,
        answer      jsonb,
        refusal     jsonb,
        final       boolean     NOT NULL,
        created_at  timestamptz NOT NULL,
        CONSTRAINT pk_idempotency_keys PRIMARY KEY (actor, operation, key, created_at),
        CONSTRAINT ck_idempotency_keys_one_outcome CHECK (answer IS NULL OR refusal IS NULL)
    ) PARTITION BY RANGE (created_at)""",
)

# These run as the tables' owner: the only way in which the application changes the schema. Their
# arguments are looked up or are dates, and never become part of a statement as they are.
#
# Sales wait for whatever waits for a lock on a whole table; so nobody waits for one for long.
MAKE = """
    CREATE FUNCTION holdfast_make_partition(parent text, day date) RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, public, pg_temp
        SET timezone = 'UTC'
        SET lock_timeout = '200ms'
    AS $$
    DECLARE
        name CONSTANT text := parent || '_' || to_char(day, 'YYYYMMDD');
        rest CONSTANT text := parent || '_rest';
        by_id CONSTANT boolean := parent IN ('holds', 'outbox');
        first_at CONSTANT timestamptz := day::timestamptz;
        last_at CONSTANT timestamptz := (day + 1)::timestamptz;
        first_bound CONSTANT text :=
            CASE WHEN by_id THEN holdfast_uuid7_floor(first_at)::text ELSE first_at::text END;
        last_bound CONSTANT text :=
            CASE WHEN by_id THEN holdfast_uuid7_floor(last_at)::text ELSE last_at::text END;
        keyed_by CONSTANT text := CASE WHEN by_id THEN 'id' ELSE 'created_at' END;
        room CONSTANT text := CASE WHEN by_id THEN '' ELSE 'WITH (fillfactor = 80)' END;
    BEGIN
        IF parent IS NULL OR parent NOT IN ('holds', 'outbox', 'idempotency_keys') THEN
            RAISE EXCEPTION 'no such partitioned table' USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF day IS NULL OR day < current_date OR day > current_date + 31 THEN
            RAISE EXCEPTION 'partitions are made for the next 31 days'
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF to_regclass(format('public.%I', name)) IS NOT NULL THEN
            RETURN false;
        END IF;
        -- Two at once take turns; sales of other days go on.
        EXECUTE format('LOCK TABLE public.%I IN SHARE UPDATE EXCLUSIVE MODE', parent);
        IF to_regclass(format('public.%I', name)) IS NOT NULL THEN
            RETURN false;
        END IF;
        EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', rest);
        EXECUTE format(
            'CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) %s',
            name, parent, room);
        -- Nobody is meant to read it but through its parent, whose policies apply there.
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'WITH moved AS (DELETE FROM public.%I WHERE %I >= %L AND %I < %L RETURNING *)'
            ' INSERT INTO public.%I SELECT * FROM moved',
            rest, keyed_by, first_bound, keyed_by, last_bound, name);
        EXECUTE format(
            'ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            parent, name, first_bound, last_bound);
        RETURN true;
    END $$
"""

# Rows that nobody may need any more, by table. A hold that is active still has stock.
IN_USE = """
    CREATE FUNCTION holdfast_is_in_use(parent text, partition text) RETURNS boolean
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

# Answers whether it is gone: one that is in use stays. Looked at before anything is locked, since
# the lock is on the whole table, and again behind it.
DROP = """
    CREATE FUNCTION holdfast_drop_partition(parent text, partition text, kept interval)
        RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, public, pg_temp
        SET timezone = 'UTC'
        SET lock_timeout = '200ms'
    AS $$
    BEGIN
        IF kept IS NULL OR kept < interval '1 day' THEN
            RAISE EXCEPTION 'partitions are kept for a day at least'
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF NOT EXISTS (
            SELECT FROM public.holdfast_partitions p
            WHERE p.parent = $1 AND p.name = $2 AND p.until <= clock_timestamp() - kept
        ) THEN
            RAISE EXCEPTION 'no such partition, or not that old'
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF holdfast_is_in_use(parent, partition) THEN
            RETURN false;
        END IF;
        EXECUTE format('LOCK TABLE ONLY public.%I IN ACCESS EXCLUSIVE MODE', parent);
        EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', partition);
        IF holdfast_is_in_use(parent, partition) THEN
            RETURN false;
        END IF;
        EXECUTE format('DROP TABLE public.%I', partition);
        RETURN true;
    END $$
"""

# Every partition but `_rest`, and the moment at which the last row in it may have been made.
PARTITIONS = """
    CREATE VIEW holdfast_partitions AS
    SELECT parent.relname::text AS parent, part.relname::text AS name,
           CASE WHEN bound.until ~ '^[0-9a-f-]{36}$'
                THEN timestamptz '1970-01-01 00:00+00' + interval '1 ms'
                     * ('x0000' || left(replace(bound.until, '-', ''), 12))::bit(64)::bigint
                ELSE bound.until::timestamptz END AS until
    FROM pg_catalog.pg_inherits i
    JOIN pg_catalog.pg_class parent ON parent.oid = i.inhparent
    JOIN pg_catalog.pg_class part ON part.oid = i.inhrelid
    CROSS JOIN LATERAL (
        SELECT substring(pg_catalog.pg_get_expr(part.relpartbound, part.oid)
                         FROM 'TO \\(''([^'']*)''\\)$') AS until
    ) AS bound
    WHERE parent.relnamespace = 'public'::regnamespace AND parent.relkind = 'p'
      AND parent.relname IN ('holds', 'outbox', 'idempotency_keys') AND bound.until IS NOT NULL
"""

FIRST_PARTITIONS = """
    DO $$
    DECLARE
        today CONSTANT date := (now() AT TIME ZONE 'UTC')::date;
        midnight CONSTANT timestamptz := today::timestamp AT TIME ZONE 'UTC';
        parent text;
    BEGIN
        FOREACH parent IN ARRAY ARRAY['holds', 'outbox', 'idempotency_keys'] LOOP
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (MINVALUE) TO (%L)',
                           parent || '_before', parent,
                           CASE parent WHEN 'idempotency_keys' THEN midnight::text
                                ELSE holdfast_uuid7_floor(midnight)::text END);
            EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', parent || '_rest', parent);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', parent || '_before');
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', parent || '_rest');
            FOR ahead IN 0..3 LOOP
                PERFORM holdfast_make_partition(parent, today + ahead);
            END LOOP;
        END LOOP;
    END $$
"""

COPY = (
    """
    INSERT INTO holds (id, event_id, organizer_id, buyer_id, expires_at, latest_expiry, created_at,
                       ended_at, total, units, version, live, extended_for_payment, ordered, state,
                       currency, lines)
    SELECT h.id, h.event_id, h.organizer_id, h.buyer_id, h.expires_at, h.latest_expiry,
           h.created_at, h.ended_at, h.total, l.units, h.version, h.live, h.extended_for_payment,
           h.ordered, h.state, h.currency, l.lines
    FROM old_holds h
    CROSS JOIN LATERAL (
        SELECT sum(quantity)::int AS units,
               jsonb_agg(jsonb_build_object(
                   'ticket_type_id', ticket_type_id, 'quantity', quantity,
                   'unit_price', unit_price, 'pool_ids', pool_ids) ORDER BY position) AS lines
        FROM hold_lines WHERE hold_id = h.id
    ) AS l""",
    """
    INSERT INTO outbox (position, id, type, version, aggregate_type, aggregate_id, payload,
                        occurred_at, request_id, actor, published_at)
    SELECT position, id, type, version, aggregate_type, aggregate_id, payload, occurred_at,
           request_id, actor, published_at
    FROM old_outbox ORDER BY position""",
    """
    SELECT setval('holdfast_outbox_position', greatest(max(position), 1), max(position) IS NOT NULL)
    FROM outbox""",
    "INSERT INTO idempotency_keys SELECT * FROM old_idempotency_keys",
    "DROP TABLE hold_lines",
    "DROP FUNCTION holdfast_is_foreign_hold(uuid)",
    "DROP TABLE old_holds",
    "DROP TABLE old_outbox",
    "DROP TABLE old_idempotency_keys",
)

ACTOR = "(SELECT NULLIF(current_setting('holdfast.actor', true), '')::uuid)"
TESTS_OF = "(SELECT NULLIF(current_setting('holdfast.tests_of', true), '')::uuid)"
ORGANIZERS = "(SELECT NULLIF(current_setting('holdfast.organizers', true), '')::uuid[])"
ACTOR_NAME = "(SELECT NULLIF(current_setting('holdfast.actor', true), ''))"
MODE = f"(live AND {TESTS_OF} IS NULL OR NOT live AND organizer_id = {TESTS_OF})"
BOUGHT = f"{MODE} AND (buyer_id = {ACTOR} OR organizer_id = ANY ({ORGANIZERS}::uuid[]))"
OWN_NAME = f"actor = {ACTOR_NAME}"

# As they were, on the tables that took the place of the old ones.
WALLS = (
    ("app", "holds", "SELECT", BOUGHT),
    ("app", "holds", "INSERT", f"{MODE} AND buyer_id = {ACTOR}"),
    ("app", "holds", "UPDATE", BOUGHT),
    *(
        (role, "idempotency_keys", right, OWN_NAME)
        for role in ("app", "door")
        for right in ("SELECT", "INSERT", "UPDATE")
    ),
    ("app", "outbox", "INSERT", OWN_NAME),
    ("door", "outbox", "INSERT", OWN_NAME),
)
SYSTEM = {
    "holds": "SELECT, UPDATE",
    "outbox": "SELECT, INSERT, UPDATE",
    "idempotency_keys": "SELECT, INSERT, UPDATE, DELETE",
}

RIGHTS = (
    "GRANT USAGE ON SEQUENCE holdfast_outbox_position"
    " TO holdfast_app, holdfast_door, holdfast_system",
    "GRANT SELECT ON holdfast_partitions TO holdfast_system",
    """
    REVOKE ALL ON FUNCTION holdfast_uuid7_floor(timestamptz),
        holdfast_make_partition(text, date), holdfast_drop_partition(text, text, interval),
        holdfast_is_in_use(text, text) FROM PUBLIC""",
    """
    GRANT EXECUTE ON FUNCTION holdfast_uuid7_floor(timestamptz) TO holdfast_app, holdfast_system""",
    """
    GRANT EXECUTE ON FUNCTION holdfast_make_partition(text, date),
        holdfast_drop_partition(text, text, interval) TO holdfast_system""",
)


def allow(role: str, table: str, right: str, rows: str) -> None:
    clauses = {"INSERT": "WITH CHECK ({0})", "UPDATE": "USING ({0}) WITH CHECK ({0})"}
    clause = clauses.get(right, "USING ({0})").format(rows)
    op.execute(f"GRANT {right} ON {table} TO holdfast_{role}")
    op.execute(
        f"CREATE POLICY {role}_{right.lower()} ON {table} FOR {right} TO holdfast_{role} {clause}"
    )


def wall() -> None:
    for table, rights in SYSTEM.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"GRANT {rights} ON {table} TO holdfast_system")
        op.execute(
            f"CREATE POLICY system ON {table} TO holdfast_system USING (true) WITH CHECK (true)"
        )
    for role, table, right, rows in WALLS:
        allow(role, table, right, rows)


def upgrade() -> None:
    for statement in (UUID7_FLOOR, *ASIDE, *HOLDS, *DELIVERY):
        op.execute(statement)
    for statement in (PARTITIONS, MAKE, IN_USE, DROP, FIRST_PARTITIONS, *COPY, *RIGHTS):
        op.execute(statement)
    wall()


BACK_ASIDE = (
    "ALTER TABLE holds RENAME TO new_holds",
    "ALTER TABLE outbox RENAME TO new_outbox",
    "ALTER TABLE idempotency_keys RENAME TO new_idempotency_keys",
    "ALTER INDEX pk_holds RENAME TO new_pk_holds",
    "ALTER INDEX pk_outbox RENAME TO new_pk_outbox",
    "ALTER INDEX pk_idempotency_keys RENAME TO new_pk_idempotency_keys",
    "DROP INDEX ix_holds_due, ix_holds_buyer_id_id",
    "DROP INDEX ix_outbox_unpublished",
)

BACK_TABLES = (
    """
    CREATE TABLE holds (
        id                   uuid        NOT NULL,
        event_id             uuid        NOT NULL,
        buyer_id             uuid        NOT NULL,
        state                text        NOT NULL,
        total                bigint      NOT NULL,
        currency             text        NOT NULL,
        expires_at           timestamptz NOT NULL,
        latest_expiry        timestamptz NOT NULL,
        extended_for_payment boolean     NOT NULL,
        ordered              boolean     NOT NULL,
        created_at           timestamptz NOT NULL,
        version              integer     NOT NULL,
        organizer_id         uuid        NOT NULL,
        live                 boolean     NOT NULL,
        ended_at             timestamptz,
        CONSTRAINT pk_holds PRIMARY KEY (id),
        CONSTRAINT ck_holds_state
            CHECK (state IN ('ACTIVE', 'CONVERTED', 'RELEASED', 'EXPIRED')),
        CONSTRAINT ck_holds_expiry CHECK (expires_at <= latest_expiry),
        CONSTRAINT ck_holds_ended_at CHECK ((state = 'ACTIVE') = (ended_at IS NULL))
    )""",
    "CREATE INDEX ix_holds_due ON holds (expires_at, event_id) WHERE state = 'ACTIVE'",
    """
    CREATE INDEX ix_holds_counted ON holds (buyer_id, event_id, expires_at)
        WHERE state <> 'CONVERTED'""",
    "CREATE INDEX ix_holds_buyer_id_created_at ON holds (buyer_id, created_at)",
    """
    CREATE TABLE hold_lines (
        hold_id        uuid    NOT NULL,
        position       integer NOT NULL,
        event_id       uuid    NOT NULL,
        ticket_type_id uuid    NOT NULL,
        quantity       integer NOT NULL,
        unit_price     bigint  NOT NULL,
        pool_ids       uuid[]  NOT NULL,
        CONSTRAINT pk_hold_lines PRIMARY KEY (hold_id, position),
        CONSTRAINT fk_hold_lines_hold_id FOREIGN KEY (hold_id) REFERENCES holds (id),
        CONSTRAINT ck_hold_lines_quantity CHECK (quantity > 0)
    )""",
    """
    CREATE TABLE outbox (
        position       bigint      GENERATED ALWAYS AS IDENTITY,
        id             uuid        NOT NULL,
        type           text        NOT NULL,
        version        integer     NOT NULL,
        aggregate_type text        NOT NULL,
        aggregate_id   uuid        NOT NULL,
        payload        jsonb       NOT NULL,
        occurred_at    timestamptz NOT NULL,
        request_id     text        NOT NULL,
        actor          text        NOT NULL,
        published_at   timestamptz,
        CONSTRAINT pk_outbox PRIMARY KEY (position)
    )""",
    "CREATE INDEX ix_outbox_unpublished ON outbox (position) WHERE published_at IS NULL",
    """
    CREATE TABLE idempotency_keys (
        actor       text        NOT NULL,
        operation   text        NOT NULL,
        key         text        NOT NULL,
        fingerprint bytea       NOT NULL,
        answer      jsonb,
        refusal     jsonb,
        final       boolean     NOT NULL,
        created_at  timestamptz NOT NULL,
        CONSTRAINT pk_idempotency_keys PRIMARY KEY (actor, operation, key),
        CONSTRAINT ck_idempotency_keys_one_outcome CHECK (answer IS NULL OR refusal IS NULL)
    ) WITH (fillfactor = 80)""",
    "CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at)",
)

BACK_COPY = (
    """
    INSERT INTO holds (id, event_id, buyer_id, state, total, currency, expires_at, latest_expiry,
                       extended_for_payment, ordered, created_at, version, organizer_id, live,
                       ended_at)
    SELECT id, event_id, buyer_id, state, total, currency, expires_at, latest_expiry,
           extended_for_payment, ordered, created_at, version, organizer_id, live, ended_at
    FROM new_holds""",
    """
    INSERT INTO hold_lines (hold_id, position, event_id, ticket_type_id, quantity, unit_price,
                            pool_ids)
    SELECT h.id, l.nr - 1, h.event_id, (l.line ->> 'ticket_type_id')::uuid,
           (l.line ->> 'quantity')::int, (l.line ->> 'unit_price')::bigint,
           ARRAY(SELECT jsonb_array_elements_text(l.line -> 'pool_ids')::uuid)
    FROM new_holds h
    CROSS JOIN LATERAL jsonb_array_elements(h.lines) WITH ORDINALITY AS l (line, nr)""",
    """
    INSERT INTO outbox (position, id, type, version, aggregate_type, aggregate_id, payload,
                        occurred_at, request_id, actor, published_at)
    OVERRIDING SYSTEM VALUE
    SELECT position, id, type, version, aggregate_type, aggregate_id, payload, occurred_at,
           request_id, actor, published_at
    FROM new_outbox ORDER BY position""",
    """
    SELECT setval(pg_get_serial_sequence('outbox', 'position'), greatest(max(position), 1),
                  max(position) IS NOT NULL)
    FROM outbox""",
    "INSERT INTO idempotency_keys SELECT * FROM new_idempotency_keys",
    "DROP TABLE new_holds",
    "DROP TABLE new_outbox",
    "DROP TABLE new_idempotency_keys",
)

HOLD_SEEN = "EXISTS (SELECT FROM holds h WHERE h.id = hold_id)"
BACK_RIGHTS = (
    f"""
    CREATE FUNCTION holdfast_is_foreign_hold(wanted uuid) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER
        BEGIN ATOMIC
            SELECT EXISTS (
                SELECT FROM holds
                WHERE id = wanted AND buyer_id IS DISTINCT FROM {ACTOR}
            );
        END""",  # nosec B608: constants only
    "REVOKE ALL ON FUNCTION holdfast_is_foreign_hold(uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION holdfast_is_foreign_hold(uuid) TO holdfast_app",
    "ALTER TABLE hold_lines ENABLE ROW LEVEL SECURITY",
    "GRANT SELECT ON hold_lines TO holdfast_system",
    "CREATE POLICY system ON hold_lines TO holdfast_system USING (true) WITH CHECK (true)",
)
LINES = (
    ("app", "hold_lines", "SELECT", HOLD_SEEN),
    ("app", "hold_lines", "INSERT", "NOT holdfast_is_foreign_hold(hold_id)"),
)

BACK_FUNCTIONS = (
    "DROP FUNCTION holdfast_drop_partition(text, text, interval)",
    "DROP FUNCTION holdfast_is_in_use(text, text)",
    "DROP FUNCTION holdfast_make_partition(text, date)",
    "DROP VIEW holdfast_partitions",
    "DROP FUNCTION holdfast_uuid7_floor(timestamptz)",
)


def downgrade() -> None:
    for statement in (*BACK_FUNCTIONS, *BACK_ASIDE, *BACK_TABLES, *BACK_COPY, *BACK_RIGHTS):
        op.execute(statement)
    wall()
    for role, table, right, rows in LINES:
        allow(role, table, right, rows)
