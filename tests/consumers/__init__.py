"""Other tools that read the published dataset, each in an environment of its own."""
