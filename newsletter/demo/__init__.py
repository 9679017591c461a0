"""The demo: the whole product on one machine, with invented partners, readers and a mail catcher.

    material  <- content/        what the invented partners publish
    partners                     serves it: feeds, a calendar and the pages that links lead to
    catcher, mailbox             take every mail, and show it on a page
    seed                         sources, partnerships, readers and accounts
    run, once                    for a browser, and for a terminal

Everything in it is made up; nothing leaves the machine.
"""
