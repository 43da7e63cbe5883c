"""The gRPC face alone."""

from core.launch import launch

if __name__ == "__main__":
    launch(rest=False, grpc=True, worker=False)
