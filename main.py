"""REST, gRPC and the background work in one process; by default on the embedded PostgreSQL."""

from core.launch import launch

if __name__ == "__main__":
    launch(rest=True, grpc=True, worker=True)
