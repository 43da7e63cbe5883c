"""The background work alone."""

from core.launch import launch

if __name__ == "__main__":
    launch(rest=False, grpc=False, worker=True)
