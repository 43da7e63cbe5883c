"""What each operation takes."""

from collections.abc import Mapping
from typing import get_args, get_type_hints

from application.app import Application
from application.messages import Message

MESSAGES: Mapping[str, type[Message[object]]] = {
    message.__name__: message
    for group in get_type_hints(Application).values()
    for operation in get_type_hints(group).values()
    for message in [get_args(operation)[0]]
}
