"""What needs attention."""

from application.app import AttentionOperations
from application.attention.list_attention import ListAttention, ListAttentionHandler
from application.attention.resolve_attention import ResolveAttention, ResolveAttentionHandler
from application.views.attention import AttentionView
from application.views.page import Page
from application.wiring.parts import Parts


def attention(parts: Parts) -> AttentionOperations:
    op, begin = parts.op, parts.ports.begin
    return AttentionOperations(
        list=op(ListAttention, Page[AttentionView], ListAttentionHandler(begin)),
        resolve=op(ResolveAttention, AttentionView, ResolveAttentionHandler(begin)),
    )
