"""The pages for readers: the site, signing up, preferences, leaving. No sign-in."""
