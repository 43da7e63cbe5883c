"""The Redis adapter on a Valkey server of its own, which is killed, frozen and started again."""
