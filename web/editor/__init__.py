"""The desk: what editors see and press, from what came in to what readers got."""
