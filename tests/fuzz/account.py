"""An account of the fuzzed instance that survives what is done to it."""

from typing import Any

import httpx2

PASSWORD = "correct horse battery"
"""That of the document's examples: an account that was made of one can log in with another."""


class Account:
    """Opened when it is first needed, and again under another name when somebody has changed its
    password or switched it off, as any of the operations that are tried may have done."""

    def __init__(self, rest_url: str, name: str) -> None:
        self._url = f"{rest_url}/api/v1/auth"
        self._name = name
        self._opened = 0
        self.password = PASSWORD
        """Whoever changes it says so."""

    @property
    def opened(self) -> int:
        """How many there were by now, one after the other."""
        return self._opened

    def token(self) -> str:
        """A new access token."""
        if self._opened:
            answer = self._post("login", email=self._email, password=self.password)
            if answer.is_success:
                return str(answer.json()["access_token"])
        self._opened += 1
        self.password = PASSWORD
        opened = self._post("register", email=self._email, password=self.password, name=self._name)
        opened.raise_for_status()
        answer = self._post("login", email=self._email, password=self.password)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    @property
    def _email(self) -> str:
        return f"{self._name}-{self._opened}@example.com"

    def _post(self, path: str, **body: Any) -> httpx2.Response:
        return httpx2.post(f"{self._url}/{path}", json=body, timeout=30)
