"""Mails that may have arrived: what can be known of them, and what people decide."""
