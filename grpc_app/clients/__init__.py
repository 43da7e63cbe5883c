"""What others use to call Holdfast over gRPC."""
