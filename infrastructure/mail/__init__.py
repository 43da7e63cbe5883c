"""Letters: to a mail server, into a folder or onto a stream."""
