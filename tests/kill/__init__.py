"""The whole process is killed in the middle of a sale."""
