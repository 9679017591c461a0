"""What the loop of `deliver` works with: pages, turns, groups, shares, and what stops it."""
