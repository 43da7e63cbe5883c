"""Load: wrk where it is installed, else (and for gRPC) generators of our own."""
