"""What an Inventory raises that is no refusal: it is for the pipeline, never for a caller."""

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.rpc.code_pb2 import ABORTED
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from application.ports.unit_of_work import KeyTaken, StaleWrite
from grpc_app.clients.errors import details_of

_DOMAIN = "holdfast.internal"
_SIGNALS: dict[str, type[StaleWrite] | type[KeyTaken]] = {
    "STALE_WRITE": StaleWrite,
    "KEY_TAKEN": KeyTaken,
}


def status_of_signal(signal: StaleWrite | KeyTaken) -> Status:
    reason = next(reason for reason, kind in _SIGNALS.items() if isinstance(signal, kind))
    detail = Packed()
    detail.Pack(ErrorInfo(reason=reason, domain=_DOMAIN))
    return Status(code=ABORTED, message=reason, details=[detail])


def signal_of(error: grpc.aio.AioRpcError) -> StaleWrite | KeyTaken | None:
    info = ErrorInfo()
    details_of(error, info)
    kind = _SIGNALS.get(info.reason) if info.domain == _DOMAIN else None
    return kind() if kind is not None else None
