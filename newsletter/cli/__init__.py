"""The door for operators and scripts: parses, calls one use case, prints its report."""
