"""REST, gRPC and the background work in one process; by default on the embedded PostgreSQL."""

from core.serve import run

if __name__ == "__main__":
    run(rest=True, grpc=True, worker=True)
