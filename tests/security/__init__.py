"""What an attacker tries: S11-S22, S26-S36, S45-S53 of our list, each as a test.

The whole table of routes is tried, so a page that is added is tried without anybody thinking of it.

Where the rest of the list is tried:
S13, S14, S17  tests/web/editor/test_void.py, tests/newsletter/approve/, tests/newsletter/send/
S20            tests/web/public/test_submit.py, tests/feeds/test_submissions.py
S23, S24, S25  tests/newsletter/test_hostile.py, tests/newsletter/test_traps.py, tests/subscribers/
S27            tests/subscribers/test_links.py flips every bit; here every page is tried
S28, S30       tests/web/public/test_signup.py, test_own.py, tests/subscribers/test_consent.py
S31, S32       tests/web/public/test_signup.py; S33 tests/subscribers/test_retention.py
S34, S35, S36  tests/web/public/test_links.py, test_own.py, tests/stories/test_reader.py
S37 to S40     tests/feeds/test_addresses.py, test_hostile.py
S41 to S44     tests/subscribers/
S46            test_statements.py here, and tests/subscribers/test_segments.py
S29            test_rotation.py; S48 test_traces.py; S52 test_server.py; S53 test_supply.py
S49            tests/newsletter/test_settings.py, test_keys.py
"""
