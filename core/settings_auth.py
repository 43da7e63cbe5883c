"""The section of the settings about tokens and passwords."""

from pydantic import Field

from core.settings_sections import DAY, YEAR, Section


class Auth(Section):
    """Tokens and passwords."""

    access_token_ttl_seconds: int = Field(
        default=600,
        ge=1,
        le=YEAR,
        description="How long the access token of a user is valid, in seconds",
    )
    guest_token_ttl_seconds: int = Field(
        default=3600,
        ge=1,
        le=YEAR,
        description="How long the token of a guest is valid, in seconds",
    )
    refresh_token_ttl_seconds: int = Field(
        default=30 * DAY,
        ge=1,
        le=YEAR,
        description="How long a session lasts after its last refresh, in seconds",
    )
    email_proof_ttl_seconds: int = Field(
        default=DAY,
        ge=1,
        le=YEAR,
        description="How long the link that verifies an address is good, in seconds",
    )
    password_reset_ttl_seconds: int = Field(
        default=3600,
        ge=1,
        le=YEAR,
        description="How long the link that resets a password is good, in seconds",
    )
    invitation_ttl_seconds: int = Field(
        default=7 * DAY,
        ge=1,
        le=YEAR,
        description="How long an invitation to an organizer is open, in seconds",
    )
    login_free_failures_per_account: int = Field(
        default=5,
        ge=1,
        description="Failed logins of one account before further ones have to wait",
    )
    login_free_failures_per_address: int = Field(
        default=50, ge=1, description="The same from one address, whatever the accounts"
    )
    login_free_failures_globally: int = Field(
        default=1000, ge=1, description="The same from everywhere"
    )
    login_longest_delay_seconds: int = Field(
        default=60,
        ge=1,
        le=YEAR,
        description="Longest wait after failed logins, in seconds; it doubles from one second",
    )
    issuer: str = Field(default="holdfast", min_length=1, description="The iss claim of our tokens")
    audience: str = Field(
        default="holdfast", min_length=1, description="The aud claim of our tokens"
    )
    password_memory_kib: int = Field(
        default=65_536,
        ge=8_192,
        description="Memory of one password hash (Argon2id), in KiB; 64 MiB is the strong choice",
    )
    password_threads: int = Field(
        default=2,
        ge=1,
        description="Passwords hashed at a time; each takes tens of MiB and milliseconds",
    )
