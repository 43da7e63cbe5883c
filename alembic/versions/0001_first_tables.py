"""The first tables: accounts, events and their stock, holds, orders, payments, tickets, delivery.

Frozen: it says what was created then, not what the tables are now.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ACCOUNTS = (
    """
    CREATE TABLE users (
        id            uuid        NOT NULL,
        email         text        NOT NULL,
        email_key     text        NOT NULL,
        name          text        NOT NULL,
        password_hash text        NOT NULL,
        created_at    timestamptz NOT NULL,
        version       integer     NOT NULL,
        CONSTRAINT pk_users PRIMARY KEY (id),
        CONSTRAINT uq_users_email_key UNIQUE (email_key)
    )""",
    """
    CREATE TABLE organizers (
        id         uuid        NOT NULL,
        name       text        NOT NULL,
        slug       text        NOT NULL,
        created_at timestamptz NOT NULL,
        version    integer     NOT NULL,
        CONSTRAINT pk_organizers PRIMARY KEY (id),
        CONSTRAINT uq_organizers_slug UNIQUE (slug)
    )""",
    """
    CREATE TABLE members (
        organizer_id uuid    NOT NULL,
        user_id      uuid    NOT NULL,
        role         text    NOT NULL,
        position     integer NOT NULL,
        CONSTRAINT pk_members PRIMARY KEY (organizer_id, user_id),
        CONSTRAINT fk_members_organizer_id FOREIGN KEY (organizer_id) REFERENCES organizers (id),
        CONSTRAINT ck_members_role CHECK (role IN ('OWNER'))
    )""",
    "CREATE INDEX ix_members_user_id ON members (user_id)",
)

EVENTS = (
    """
    CREATE TABLE events (
        id            uuid        NOT NULL,
        organizer_id  uuid        NOT NULL,
        name          text        NOT NULL,
        description   text        NOT NULL,
        venue         text        NOT NULL,
        timezone      text        NOT NULL,
        starts_at     timestamptz NOT NULL,
        ends_at       timestamptz NOT NULL,
        currency      text        NOT NULL,
        state         text        NOT NULL,
        max_per_buyer integer,
        created_at    timestamptz NOT NULL,
        updated_at    timestamptz NOT NULL,
        version       integer     NOT NULL,
        CONSTRAINT pk_events PRIMARY KEY (id),
        CONSTRAINT ck_events_state CHECK (state IN ('DRAFT', 'ON_SALE', 'CLOSED', 'CANCELLED'))
    )""",
    "CREATE INDEX ix_events_starts_at_id ON events (starts_at, id)",
    "CREATE INDEX ix_events_organizer_id_starts_at_id ON events (organizer_id, starts_at, id)",
    """
    CREATE TABLE pools (
        id       uuid    NOT NULL,
        event_id uuid    NOT NULL,
        position integer NOT NULL,
        name     text    NOT NULL,
        capacity integer NOT NULL,
        CONSTRAINT pk_pools PRIMARY KEY (id),
        CONSTRAINT fk_pools_event_id FOREIGN KEY (event_id) REFERENCES events (id),
        CONSTRAINT uq_pools_event_id_name UNIQUE (event_id, name)
    )""",
    """
    CREATE TABLE ticket_types (
        id            uuid    NOT NULL,
        event_id      uuid    NOT NULL,
        position      integer NOT NULL,
        name          text    NOT NULL,
        price         bigint  NOT NULL,
        max_per_order integer NOT NULL,
        pool_ids      uuid[]  NOT NULL,
        CONSTRAINT pk_ticket_types PRIMARY KEY (id),
        CONSTRAINT fk_ticket_types_event_id FOREIGN KEY (event_id) REFERENCES events (id),
        CONSTRAINT uq_ticket_types_event_id_name UNIQUE (event_id, name),
        CONSTRAINT ck_ticket_types_price CHECK (price >= 0),
        CONSTRAINT ck_ticket_types_pool_ids CHECK (cardinality(pool_ids) > 0)
    )""",
    """
    CREATE TABLE stock (
        pool_id  uuid    NOT NULL,
        event_id uuid    NOT NULL,
        capacity integer NOT NULL,
        held     integer NOT NULL,
        sold     integer NOT NULL,
        CONSTRAINT pk_stock PRIMARY KEY (pool_id),
        CONSTRAINT ck_stock_held CHECK (held >= 0),
        CONSTRAINT ck_stock_sold CHECK (sold >= 0),
        CONSTRAINT ck_stock_capacity CHECK (held + sold <= capacity)
    ) WITH (fillfactor = 30)""",
    "CREATE INDEX ix_stock_event_id ON stock (event_id)",
)

HOLDS = (
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
        CONSTRAINT pk_holds PRIMARY KEY (id),
        CONSTRAINT ck_holds_state
            CHECK (state IN ('ACTIVE', 'CONVERTED', 'RELEASED', 'EXPIRED')),
        CONSTRAINT ck_holds_expiry CHECK (expires_at <= latest_expiry)
    )""",
    "CREATE INDEX ix_holds_due ON holds (expires_at, event_id) WHERE state = 'ACTIVE'",
    "CREATE INDEX ix_holds_live ON holds (buyer_id, event_id) WHERE state = 'ACTIVE'",
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
)

ORDERS = (
    """
    CREATE TABLE orders (
        id           uuid        NOT NULL,
        number       text        NOT NULL,
        event_id     uuid        NOT NULL,
        organizer_id uuid        NOT NULL,
        hold_id      uuid        NOT NULL,
        buyer_id     uuid        NOT NULL,
        buyer_name   text        NOT NULL,
        buyer_email  text        NOT NULL,
        state        text        NOT NULL,
        total        bigint      NOT NULL,
        currency     text        NOT NULL,
        deadline     timestamptz NOT NULL,
        created_at   timestamptz NOT NULL,
        updated_at   timestamptz NOT NULL,
        version      integer     NOT NULL,
        CONSTRAINT pk_orders PRIMARY KEY (id),
        CONSTRAINT uq_orders_hold_id UNIQUE (hold_id),
        CONSTRAINT uq_orders_number UNIQUE (number),
        CONSTRAINT ck_orders_state CHECK (state IN (
            'PENDING_PAYMENT', 'COMMITTING', 'CONFIRMED', 'PARTIALLY_REFUNDED', 'REFUNDED',
            'FAILED', 'EXPIRED', 'CANCELLED'))
    )""",
    "CREATE INDEX ix_orders_buyer_id_created_at_id ON orders (buyer_id, created_at, id)",
    "CREATE INDEX ix_orders_organizer_id_created_at_id ON orders (organizer_id, created_at, id)",
    "CREATE INDEX ix_orders_event_id_buyer_id ON orders (event_id, buyer_id)",
    "CREATE INDEX ix_orders_due ON orders (deadline) WHERE state = 'PENDING_PAYMENT'",
    """
    CREATE TABLE order_lines (
        order_id       uuid    NOT NULL,
        position       integer NOT NULL,
        event_id       uuid    NOT NULL,
        ticket_type_id uuid    NOT NULL,
        quantity       integer NOT NULL,
        unit_price     bigint  NOT NULL,
        pool_ids       uuid[]  NOT NULL,
        CONSTRAINT pk_order_lines PRIMARY KEY (order_id, position),
        CONSTRAINT fk_order_lines_order_id FOREIGN KEY (order_id) REFERENCES orders (id),
        CONSTRAINT ck_order_lines_quantity CHECK (quantity > 0)
    )""",
    """
    CREATE TABLE tickets (
        id             uuid        NOT NULL,
        order_id       uuid        NOT NULL,
        event_id       uuid        NOT NULL,
        ticket_type_id uuid        NOT NULL,
        code           text        NOT NULL,
        state          text        NOT NULL,
        issued_at      timestamptz NOT NULL,
        version        integer     NOT NULL,
        CONSTRAINT pk_tickets PRIMARY KEY (id),
        CONSTRAINT fk_tickets_order_id FOREIGN KEY (order_id) REFERENCES orders (id),
        CONSTRAINT uq_tickets_code UNIQUE (code),
        CONSTRAINT ck_tickets_state
            CHECK (state IN ('ISSUED', 'CHECKED_IN', 'VOID', 'TRANSFERRED'))
    )""",
    "CREATE INDEX ix_tickets_order_id_id ON tickets (order_id, id)",
)

PAYMENTS = (
    """
    CREATE TABLE payments (
        id            uuid        NOT NULL,
        order_id      uuid        NOT NULL,
        event_id      uuid        NOT NULL,
        attempt       integer     NOT NULL,
        provider      text        NOT NULL,
        method        text        NOT NULL,
        amount        bigint      NOT NULL,
        currency      text        NOT NULL,
        state         text        NOT NULL,
        goal          text        NOT NULL,
        reference     text,
        client_secret text,
        redirect_url  text,
        failure       text,
        due_at        timestamptz,
        looks         integer     NOT NULL,
        created_at    timestamptz NOT NULL,
        updated_at    timestamptz NOT NULL,
        version       integer     NOT NULL,
        CONSTRAINT pk_payments PRIMARY KEY (id),
        CONSTRAINT fk_payments_order_id FOREIGN KEY (order_id) REFERENCES orders (id),
        CONSTRAINT ck_payments_amount CHECK (amount > 0),
        CONSTRAINT ck_payments_goal CHECK (goal IN ('COLLECT', 'ABANDON')),
        CONSTRAINT ck_payments_state CHECK (state IN (
            'CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'AUTHORIZED', 'CAPTURED', 'CANCELLED',
            'FAILED'))
    )""",
    # Before the index on attempts: of two broken ones, the older index is named.
    """
    CREATE UNIQUE INDEX uq_payments_one_of_order ON payments (order_id)
        WHERE state NOT IN ('CANCELLED', 'FAILED')""",
    "CREATE UNIQUE INDEX uq_payments_attempt ON payments (order_id, attempt)",
    "CREATE UNIQUE INDEX uq_payments_reference ON payments (provider, reference)",
    "CREATE INDEX ix_payments_due ON payments (due_at) WHERE due_at IS NOT NULL",
    """
    CREATE TABLE refunds (
        id         uuid        NOT NULL,
        payment_id uuid        NOT NULL,
        order_id   uuid        NOT NULL,
        event_id   uuid        NOT NULL,
        amount     bigint      NOT NULL,
        currency   text        NOT NULL,
        reason     text        NOT NULL,
        state      text        NOT NULL,
        failure    text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version    integer     NOT NULL,
        CONSTRAINT pk_refunds PRIMARY KEY (id),
        CONSTRAINT fk_refunds_payment_id FOREIGN KEY (payment_id) REFERENCES payments (id),
        CONSTRAINT ck_refunds_amount CHECK (amount > 0),
        CONSTRAINT ck_refunds_state
            CHECK (state IN ('REQUESTED', 'PENDING', 'SUCCEEDED', 'FAILED'))
    )""",
    """
    CREATE UNIQUE INDEX uq_refunds_late_payment ON refunds (payment_id)
        WHERE reason = 'LATE_PAYMENT'""",
    "CREATE INDEX ix_refunds_payment_id ON refunds (payment_id, created_at, id)",
)

DELIVERY = (
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
    CREATE TABLE provider_events (
        provider     text        NOT NULL,
        event_id     text        NOT NULL,
        type         text        NOT NULL,
        reference    text        NOT NULL,
        occurred_at  timestamptz NOT NULL,
        received_at  timestamptz NOT NULL,
        due_at       timestamptz NOT NULL,
        attempts     integer     NOT NULL,
        processed_at timestamptz,
        CONSTRAINT pk_provider_events PRIMARY KEY (provider, event_id)
    )""",
    """
    CREATE INDEX ix_provider_events_waiting ON provider_events (due_at)
        WHERE processed_at IS NULL""",
)

TABLES = """
    users organizers members events pools ticket_types stock holds hold_lines orders order_lines
    tickets payments refunds idempotency_keys outbox provider_events
""".split()


def upgrade() -> None:
    for statement in (*ACCOUNTS, *EVENTS, *HOLDS, *ORDERS, *PAYMENTS, *DELIVERY):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
