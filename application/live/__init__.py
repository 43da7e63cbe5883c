"""Streams: an answer, and every further one as long as somebody watches."""
