"""Coming in: cards, links, codes, passkeys, and the devices somebody is in on."""
