"""How webhooks are refused."""

from shared.errors import AppError, Code


class WebhookEndpointNotFound(AppError):
    code, reason = Code.NOT_FOUND, "WEBHOOK_ENDPOINT_NOT_FOUND"
    title = "There is no such webhook endpoint."


class WebhookEndpointDisabled(AppError):
    code, reason = Code.FAILED_PRECONDITION, "WEBHOOK_ENDPOINT_DISABLED"
    title = "The webhook endpoint is disabled; enable it first."


class WebhookEndpointsFull(AppError):
    code, reason = Code.FAILED_PRECONDITION, "WEBHOOK_ENDPOINTS_FULL"
    title = "The organizer has as many webhook endpoints as it may have."
