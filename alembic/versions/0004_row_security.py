"""The second wall: roles, what each may do, and whose rows it sees (docs/security.md).

Roles belong to the whole server and may serve other databases of it: whoever comes second finds
them, and the way back leaves them.

Frozen: it says what was created then, not what the tables are now.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLES = """
    DO $$
    DECLARE
        wanted CONSTANT text[] := ARRAY['holdfast_nobody', 'holdfast_app', 'holdfast_door',
                                        'holdfast_system', 'holdfast_simulator'];
        each text;
    BEGIN
        FOREACH each IN ARRAY wanted LOOP
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = each) THEN
                BEGIN
                    EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', each);
                EXCEPTION WHEN duplicate_object OR unique_violation THEN
                    NULL;  -- another database of this server was quicker
                END;
            END IF;
            BEGIN
                EXECUTE format('SET LOCAL ROLE %I', each);
                RESET ROLE;
            EXCEPTION WHEN insufficient_privilege THEN
                EXECUTE format('GRANT %I TO CURRENT_USER', each);
            END;
        END LOOP;
    EXCEPTION WHEN insufficient_privilege THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format(
            'the roles of Holdfast are missing and %I may not make them. An administrator has to '
            'run: %s GRANT %s TO %I;',
            current_user,
            (SELECT string_agg(format('CREATE ROLE %I NOLOGIN NOINHERIT;', name), ' ')
             FROM unnest(wanted) AS name WHERE name NOT IN (SELECT rolname FROM pg_roles)),
            array_to_string(wanted, ', '),
            current_user);
    END $$
"""

ACTOR = "(SELECT NULLIF(current_setting('holdfast.actor', true), '')::uuid)"
TESTS_OF = "(SELECT NULLIF(current_setting('holdfast.tests_of', true), '')::uuid)"
ORGANIZERS = "(SELECT NULLIF(current_setting('holdfast.organizers', true), '')::uuid[])"
ACTOR_NAME = "(SELECT NULLIF(current_setting('holdfast.actor', true), ''))"
EMAIL = "(SELECT NULLIF(current_setting('holdfast.email', true), ''))"
SUPERUSER = "(SELECT current_setting('holdfast.superuser', true) = 't')"

OWN = f"organizer_id = ANY ({ORGANIZERS}::uuid[])"
MINE = f"user_id = {ACTOR}"
# Whoever sees tests sees those of one organizer and nothing that is live.
MODE = f"(live AND {TESTS_OF} IS NULL OR NOT live AND organizer_id = {TESTS_OF})"
SHOWN = f"{MODE} AND (state <> 'DRAFT' OR {OWN})"
BOUGHT = f"{MODE} AND (buyer_id = {ACTOR} OR {OWN})"
TO_ME = f"encode(sha256(convert_to(email_key, 'UTF8')), 'hex') = {EMAIL}"
# Policies apply inside of policies: these rows are seen by whoever sees the one they belong to.
EVENT_SEEN = "EXISTS (SELECT FROM events e WHERE e.id = event_id)"
HOLD_SEEN = "EXISTS (SELECT FROM holds h WHERE h.id = hold_id)"
ORDER_SEEN = "EXISTS (SELECT FROM orders o WHERE o.id = order_id)"
OWN_EVENT = (
    f"EXISTS (SELECT FROM events e WHERE e.id = event_id AND e.{OWN})"  # nosec B608: constants only
)
OF_OWN_MEMBERS = (
    "EXISTS (SELECT FROM members m"  # nosec B608: constants only
    f" WHERE m.user_id = users.id AND m.{OWN})"
)
# The second way in is that of a new organizer's first owner: it is not there before.
JOINING = (
    f"{OWN} OR {MINE} AND role = 'OWNER'"  # nosec B608: constants only
    " AND NOT EXISTS (SELECT FROM organizers o WHERE o.id = organizer_id)"
)

# Lines are written by the statement that writes what they belong to, which is therefore not seen
# yet; so this asks whether it is there and somebody else's. These run as the tables' owner.
IS_FOREIGN = f"""
    CREATE FUNCTION holdfast_is_foreign_KIND(wanted uuid) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER
        BEGIN ATOMIC
            SELECT EXISTS (
                SELECT FROM KINDs
                WHERE id = wanted AND buyer_id IS DISTINCT FROM {ACTOR}
            );
        END
"""  # nosec B608: constants only
FUNCTIONS = tuple(IS_FOREIGN.replace("KIND", kind) for kind in ("hold", "order"))

# (table, what is allowed, which rows are seen, which rows may be written where that differs)
APP = (
    (
        "users",
        "SELECT",
        f"id = {ACTOR} OR {SUPERUSER} OR {OF_OWN_MEMBERS}",
    ),
    ("users", "UPDATE", f"id = {ACTOR} OR {SUPERUSER}"),
    ("sessions", "SELECT", f"{MINE} OR {SUPERUSER}"),
    ("sessions", "UPDATE", f"{MINE} OR {SUPERUSER}"),
    ("sessions", "INSERT", MINE),
    ("proofs", "SELECT", MINE),
    ("proofs", "INSERT", MINE),
    ("proofs", "UPDATE", MINE),
    ("guests", "SELECT", f"id = {ACTOR}"),
    ("guests", "INSERT", f"claimed_by IS NULL AND tests_of IS NOT DISTINCT FROM {TESTS_OF}"),
    ("organizers", "SELECT", "true"),
    ("organizers", "INSERT", f"{ACTOR} IS NOT NULL"),
    ("organizers", "UPDATE", f"id = ANY ({ORGANIZERS}::uuid[])"),
    ("members", "SELECT", f"{MINE} OR {OWN}"),
    ("members", "INSERT", JOINING),
    ("members", "UPDATE", OWN),
    ("members", "DELETE", OWN),
    ("invitations", "SELECT", f"{OWN} OR {TO_ME}"),
    ("invitations", "INSERT", OWN),
    ("invitations", "UPDATE", f"{OWN} OR {TO_ME}"),
    ("api_keys", "SELECT", OWN),
    ("api_keys", "INSERT", OWN),
    ("api_keys", "UPDATE", OWN),
    ("events", "SELECT", SHOWN),
    ("events", "INSERT", f"{MODE} AND {OWN}"),
    ("events", "UPDATE", f"{MODE} AND {OWN}"),
    ("pools", "SELECT", EVENT_SEEN),
    ("pools", "INSERT", OWN_EVENT),
    ("ticket_types", "SELECT", EVENT_SEEN),
    ("ticket_types", "INSERT", OWN_EVENT),
    ("stock", "SELECT", EVENT_SEEN),
    ("stock", "INSERT", OWN_EVENT),
    ("stock", "UPDATE", EVENT_SEEN),
    ("holds", "SELECT", BOUGHT),
    ("holds", "INSERT", f"{MODE} AND buyer_id = {ACTOR}"),
    ("holds", "UPDATE", BOUGHT),
    ("hold_lines", "SELECT", HOLD_SEEN),
    ("hold_lines", "INSERT", "NOT holdfast_is_foreign_hold(hold_id)"),
    ("orders", "SELECT", BOUGHT),
    ("orders", "INSERT", f"{MODE} AND buyer_id = {ACTOR}"),
    ("orders", "UPDATE", BOUGHT),
    ("order_lines", "SELECT", ORDER_SEEN),
    ("order_lines", "INSERT", "NOT holdfast_is_foreign_order(order_id)"),
    ("tickets", "SELECT", ORDER_SEEN),
    ("tickets", "INSERT", ORDER_SEEN),
    ("payments", "SELECT", ORDER_SEEN),
    ("payments", "INSERT", ORDER_SEEN),
    ("payments", "UPDATE", ORDER_SEEN),
    ("refunds", "SELECT", ORDER_SEEN),
    ("idempotency_keys", "SELECT", f"actor = {ACTOR_NAME}"),
    ("idempotency_keys", "INSERT", f"actor = {ACTOR_NAME}"),
    ("idempotency_keys", "UPDATE", f"actor = {ACTOR_NAME}"),
    ("outbox", "INSERT", f"actor = {ACTOR_NAME}"),
    ("mails", "INSERT", "true"),
)

DOOR = (
    *(
        (table, right, "true")
        for table, rights in {
            "users": "SELECT INSERT UPDATE",
            "sessions": "SELECT INSERT UPDATE",
            "proofs": "SELECT INSERT UPDATE",
            "guests": "SELECT INSERT",
            "members": "SELECT",
            "api_keys": "SELECT UPDATE",
            "mails": "INSERT",
            "login_attempts": "SELECT INSERT UPDATE DELETE",
            "provider_events": "INSERT",
        }.items()
        for right in rights.split()
    ),
    ("idempotency_keys", "SELECT", f"actor = {ACTOR_NAME}"),
    ("idempotency_keys", "INSERT", f"actor = {ACTOR_NAME}"),
    ("idempotency_keys", "UPDATE", f"actor = {ACTOR_NAME}"),
    ("outbox", "INSERT", f"actor = {ACTOR_NAME}"),
)

# Every row, of every table; but these rights only.
SYSTEM = {
    "users": "SELECT",
    "sessions": "SELECT, UPDATE, DELETE",
    "proofs": "SELECT, INSERT",
    "guests": "SELECT, UPDATE",
    "organizers": "SELECT",
    "members": "SELECT",
    "invitations": "SELECT",
    "api_keys": "SELECT",
    "events": "SELECT",
    "pools": "SELECT",
    "ticket_types": "SELECT",
    "stock": "SELECT, UPDATE",
    "holds": "SELECT, UPDATE",
    "hold_lines": "SELECT",
    "orders": "SELECT, UPDATE",
    "order_lines": "SELECT",
    "tickets": "SELECT, INSERT, UPDATE",
    "payments": "SELECT, INSERT, UPDATE",
    "refunds": "SELECT, INSERT, UPDATE",
    "idempotency_keys": "SELECT, INSERT, UPDATE, DELETE",
    "outbox": "SELECT, INSERT, UPDATE",
    "provider_events": "SELECT, INSERT, UPDATE",
    "mails": "SELECT, INSERT, UPDATE, DELETE",
    "login_attempts": "SELECT",
}

SCHEMAS = (
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO holdfast_app, holdfast_door, holdfast_system",
    "GRANT SELECT ON alembic_version TO holdfast_system",
    "GRANT USAGE ON SCHEMA simulator TO holdfast_simulator",
    "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA simulator TO holdfast_simulator",
    """
    DO $$ BEGIN
        EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    END $$""",
    """
    REVOKE ALL ON FUNCTION holdfast_is_foreign_hold(uuid), holdfast_is_foreign_order(uuid)
        FROM PUBLIC""",
    """
    GRANT EXECUTE ON FUNCTION holdfast_is_foreign_hold(uuid), holdfast_is_foreign_order(uuid)
        TO holdfast_app""",
)

BACK = (
    "DROP FUNCTION holdfast_is_foreign_hold(uuid)",
    "DROP FUNCTION holdfast_is_foreign_order(uuid)",
    *(
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM holdfast_app, holdfast_door,"
        " holdfast_system, holdfast_simulator"
        for schema in ("public", "simulator")
    ),
    "REVOKE ALL ON SCHEMA simulator FROM holdfast_simulator",
    "REVOKE ALL ON SCHEMA public FROM holdfast_app, holdfast_door, holdfast_system",
    "GRANT USAGE ON SCHEMA public TO PUBLIC",
    """
    DO $$ BEGIN
        EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
    END $$""",
)


def allow(role: str, table: str, right: str, rows: str) -> None:
    clauses = {"INSERT": "WITH CHECK ({0})", "UPDATE": "USING ({0}) WITH CHECK ({0})"}
    clause = clauses.get(right, "USING ({0})").format(rows)
    op.execute(f"GRANT {right} ON {table} TO holdfast_{role}")
    op.execute(
        f"CREATE POLICY {role}_{right.lower()} ON {table} FOR {right} TO holdfast_{role} {clause}"
    )


def upgrade() -> None:
    op.execute(ROLES)
    for statement in (*FUNCTIONS, *SCHEMAS):
        op.execute(statement)
    for table, rights in SYSTEM.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"GRANT {rights} ON {table} TO holdfast_system")
        op.execute(
            f"CREATE POLICY system ON {table} TO holdfast_system USING (true) WITH CHECK (true)"
        )
    for role, allowed in (("app", APP), ("door", DOOR)):
        for table, right, rows in allowed:
            allow(role, table, right, rows)


def downgrade() -> None:
    for role, allowed in (("app", APP), ("door", DOOR)):
        for table, right, _ in allowed:
            op.execute(f"DROP POLICY {role}_{right.lower()} ON {table}")
    for table in SYSTEM:
        op.execute(f"DROP POLICY system ON {table}")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for statement in BACK:
        op.execute(statement)
