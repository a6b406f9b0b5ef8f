"""A real Label Studio: its server, its projects and accounts, what goes in and what comes out."""
