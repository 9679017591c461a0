"""LEARN: what came back? The figures of an edition, and the mail that returned."""
