"""The queries on editions, their blocks and their deliveries: one file a thing."""
