"""What the program costs, as ratios against a yardstick in the same run: `make bench`."""
