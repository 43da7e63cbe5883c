"""Typed identifiers. All are UUIDs (version 7 where we make them); made outside the domain."""

from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
"""Somebody who can buy: a user or a guest."""
OrganizerId = NewType("OrganizerId", UUID)
EventId = NewType("EventId", UUID)
TicketTypeId = NewType("TicketTypeId", UUID)
PoolId = NewType("PoolId", UUID)
HoldId = NewType("HoldId", UUID)
OrderId = NewType("OrderId", UUID)
PaymentId = NewType("PaymentId", UUID)
RefundId = NewType("RefundId", UUID)
DisputeId = NewType("DisputeId", UUID)
PostingId = NewType("PostingId", UUID)
AttentionId = NewType("AttentionId", UUID)
TicketId = NewType("TicketId", UUID)
SessionId = NewType("SessionId", UUID)
ProofId = NewType("ProofId", UUID)
InvitationId = NewType("InvitationId", UUID)
ApiKeyId = NewType("ApiKeyId", UUID)
MailId = NewType("MailId", UUID)
WebhookEndpointId = NewType("WebhookEndpointId", UUID)
WebhookDeliveryId = NewType("WebhookDeliveryId", UUID)
