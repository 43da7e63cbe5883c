"""The languages in which we write."""

from enum import Enum


class Language(Enum):
    ENGLISH = "en"
    GERMAN = "de"
