"""Generated from grpc_app/proto by `make proto`; not to be edited."""
