"""Who may call what: one table, read by the pipeline, the tests, the documentation and operators.

A rule says what kind of caller an operation takes and, where it is done for an organizer, which of
its members. Whose a particular thing is remains the matter of the operation that loads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from application.messages import ActorKind, Priority
from domain.organizer.organizer import Role

_ANONYMOUS, _USER, _GUEST, _KEY = (
    ActorKind.ANONYMOUS,
    ActorKind.USER,
    ActorKind.GUEST,
    ActorKind.API_KEY,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`roles`: the members of the organizer concerned who may do it. `superuser`: only they.
    `takes_stock`: limited even while rate limits cannot be counted for all processes;
    `makes_buyers`: whoever does it without credentials is somebody new afterwards. What is not
    `limited` counts against no rate limit. `priority`: whose turn it is where calls wait.
    """

    kinds: frozenset[ActorKind]
    roles: frozenset[Role] = frozenset()
    superuser: bool = False
    takes_stock: bool = False
    makes_buyers: bool = False
    limited: bool = True
    priority: Priority = Priority.READ

    @property
    def is_open(self) -> bool:
        """Whether it takes nobody else than those without credentials: then none are looked at."""
        return self.kinds == {_ANONYMOUS}


def _rule(*kinds: ActorKind, takes_stock: bool = False) -> Rule:
    return Rule(kinds=frozenset(kinds), takes_stock=takes_stock)


def _members(*roles: Role, also: tuple[ActorKind, ...] = (), keys: bool = True) -> Rule:
    """Users with one of these roles, and the organizer's API keys; `also` those who come for
    things of their own."""
    kinds = (_USER, _KEY, *also) if keys else (_USER, *also)
    return Rule(kinds=frozenset(kinds), roles=frozenset(roles))


_EVERYBODY = _rule(_USER, _GUEST, _KEY)
_BUYERS = _rule(_USER, _GUEST)
_USERS = _rule(_USER)
_SUPERUSERS = Rule(kinds=frozenset({_USER}), superuser=True)
_OPEN = _rule(_ANONYMOUS)
_OWNERS = _members(Role.OWNER, keys=False)
_PEOPLE = _members(Role.OWNER, Role.MANAGER, keys=False)
_MANAGERS = _members(Role.OWNER, Role.MANAGER)
_MONEY = _members(Role.OWNER, Role.MANAGER, Role.FINANCE)
_FINANCES = _members(Role.OWNER, Role.MANAGER, Role.FINANCE)
_ALL = tuple(Role)

# Who waits for whom when there is more to do than can be done; what is not named is a READ.
_PRIORITIES: Mapping[str, Priority] = {
    "ReceiveWebhook": Priority.PAYMENT,
    "CreateOrder": Priority.PAYMENT,
    "PayOrder": Priority.PAYMENT,
    "CancelOrder": Priority.PAYMENT,
    "RefundOrder": Priority.PAYMENT,
    "ConfirmPayment": Priority.PAYMENT,
    "CreateHold": Priority.SALE,
    "ExtendHold": Priority.SALE,
    "ReleaseHold": Priority.SALE,
    "CreateGuest": Priority.SALE,
    "Login": Priority.SALE,
    "RefreshToken": Priority.SALE,
    "ListUsers": Priority.LIST,
    "ListOrganizers": Priority.LIST,
    "ListMembers": Priority.LIST,
    "ListInvitations": Priority.LIST,
    "ListApiKeys": Priority.LIST,
    "ListEvents": Priority.LIST,
    "ListOrders": Priority.LIST,
    "ListTickets": Priority.LIST,
    "ListRefunds": Priority.LIST,
    "ListPostings": Priority.LIST,
    "ListAttention": Priority.LIST,
    "ListWebhookEndpoints": Priority.LIST,
    "ListWebhookDeliveries": Priority.LIST,
    "ListFacts": Priority.LIST,
}

_CALLERS: Mapping[str, Rule] = {
    # Accounts
    "Register": replace(_OPEN, makes_buyers=True),
    "Login": _OPEN,
    "RefreshToken": _OPEN,
    "Logout": _USERS,
    "LogoutEverywhere": _USERS,
    "RequestPasswordReset": _OPEN,
    "ResetPassword": _OPEN,
    "RequestEmailVerification": _USERS,
    "VerifyEmail": _USERS,
    "GetMe": _USERS,
    "UpdateMe": _USERS,
    "ChangePassword": _USERS,
    # The whole installation
    "ListUsers": _SUPERUSERS,
    "GetUser": _SUPERUSERS,
    "ActivateUser": _SUPERUSERS,
    "DeactivateUser": _SUPERUSERS,
    "GrantSuperuser": _SUPERUSERS,
    "RevokeSuperuser": _SUPERUSERS,
    # Guests
    "CreateGuest": replace(_rule(_ANONYMOUS, _KEY), makes_buyers=True),
    "ClaimGuests": _USERS,
    # Organizers and who acts for them
    "CreateOrganizer": _USERS,
    "GetOrganizer": _EVERYBODY,
    "ListOrganizers": _USERS,
    "ListMembers": _PEOPLE,
    "ChangeMemberRole": _OWNERS,
    "RemoveMember": _members(*_ALL, keys=False),  # others than oneself: owners
    "InviteMember": _OWNERS,
    "ListInvitations": _OWNERS,
    "RevokeInvitation": _OWNERS,
    "AcceptInvitation": _USERS,
    "CreateApiKey": _OWNERS,
    "ListApiKeys": _PEOPLE,
    "RevokeApiKey": _PEOPLE,
    # Events
    "CreateEvent": _MANAGERS,
    "GetEvent": _members(*_ALL, also=(_GUEST,)),
    "ListEvents": _members(*_ALL, also=(_GUEST,)),
    "UpdateEvent": _MANAGERS,
    "AddTicketType": _MANAGERS,
    "PublishEvent": _MANAGERS,
    "CloseEvent": _MANAGERS,
    "CancelEvent": _MANAGERS,
    "GetAvailability": _members(*_ALL, also=(_GUEST,)),
    "WatchAvailability": _members(*_ALL, also=(_GUEST,)),
    # The sale
    "CreateHold": _rule(_USER, _GUEST, takes_stock=True),
    "GetHold": _BUYERS,
    "ExtendHold": _BUYERS,
    "ReleaseHold": _BUYERS,
    "CreateOrder": _BUYERS,
    "GetOrder": _members(Role.OWNER, Role.MANAGER, Role.FINANCE, also=(_GUEST,)),
    "WatchOrder": _members(Role.OWNER, Role.MANAGER, Role.FINANCE, also=(_GUEST,)),
    "ListOrders": _members(Role.OWNER, Role.MANAGER, Role.FINANCE, also=(_GUEST,)),
    "PayOrder": _BUYERS,
    "CancelOrder": _members(Role.OWNER, Role.MANAGER, also=(_GUEST,)),
    "ListTickets": _members(Role.OWNER, Role.MANAGER, also=(_GUEST,)),
    "RefundOrder": _FINANCES,
    "ListRefunds": _members(Role.OWNER, Role.MANAGER, Role.FINANCE, also=(_GUEST,)),
    # The money
    "ConfirmPayment": _MONEY,
    "ListPostings": _MONEY,
    "ListAttention": _MONEY,  # superusers: of all organizers
    "ResolveAttention": _MONEY,  # superusers too
    "GetReconciliation": _members(Role.OWNER, Role.FINANCE),
    # The log
    "ListFacts": _members(Role.OWNER, Role.MANAGER, Role.FINANCE),
    # Telling organizers what happens
    "CreateWebhookEndpoint": _MANAGERS,
    "ListWebhookEndpoints": _MANAGERS,
    "UpdateWebhookEndpoint": _MANAGERS,
    "RotateWebhookSecret": _MANAGERS,
    "DeleteWebhookEndpoint": _MANAGERS,
    "SendTestWebhook": _MANAGERS,
    "ListWebhookDeliveries": _MANAGERS,
    "ReplayWebhookDeliveries": _MANAGERS,
    # Payment providers; the signature says who they are, and they come in crowds
    "ReceiveWebhook": Rule(kinds=frozenset({_ANONYMOUS}), limited=False),
}

POLICY: Mapping[str, Rule] = MappingProxyType(
    {
        name: replace(rule, priority=_PRIORITIES.get(name, rule.priority))
        for name, rule in _CALLERS.items()
    }
)

SCOPES: frozenset[str] = frozenset(
    name for name, rule in POLICY.items() if ActorKind.API_KEY in rule.kinds
)
"""What an API key can be made for."""


def rule_of(operation: str) -> Rule:
    """Raises LookupError: nothing is offered that nobody decided about."""
    if operation not in POLICY:
        raise LookupError(f"application/policy.py says nothing about {operation}")
    return POLICY[operation]
