"""The tokens of a session."""

from dataclasses import dataclass

from application.ports.identity import Bearer, Purpose, Seals, Tokens
from application.views.user import TokensView
from domain.session.session import Session
from shared.ids import SessionId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssuer:
    """The refresh token of a number is always the same text, so a lost answer can be given again
    though only its hash is stored."""

    tokens: Tokens
    seals: Seals

    def refresh_token(self, session_id: SessionId, number: int) -> tuple[str, bytes]:
        """The token and its hash."""
        text = self.seals.seal(Purpose.REFRESH, session_id, number)
        return text, self.seals.digest(text)

    def tokens_of(self, user_id: UserId, session: Session) -> TokensView:
        """A new access token, and the newest refresh token of the session."""
        bearer = Bearer(user_id=user_id, session_id=session.id)
        text, _ = self.refresh_token(session.id, session.number)
        return TokensView(
            access_token=self.tokens.issue(bearer),
            refresh_token=text,
            token_type="Bearer",  # nosec B106: the name of a scheme
            expires_in=self.tokens.ttl_seconds(bearer),
        )
