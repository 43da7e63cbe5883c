"""The background work alone."""

from core.serve import run

if __name__ == "__main__":
    run(rest=False, grpc=False, worker=True)
