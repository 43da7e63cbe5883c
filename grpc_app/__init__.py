"""The gRPC face: translates in, calls the application, translates out."""
