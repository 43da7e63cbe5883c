"""Use cases: one operation, one file; ports; views; the pipeline. No SQL, HTTP or protobuf."""
