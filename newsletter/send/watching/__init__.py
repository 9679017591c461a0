"""What somebody sees of it while it goes out: figures, lines in the log, the outlook."""
