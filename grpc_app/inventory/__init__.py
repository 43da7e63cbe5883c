"""The Inventory between processes: who may ask, who answers, and the port as a client."""
