"""A real Label Studio: its server, projects and accounts, what goes in and what comes out."""
