"""A job: any number of texts labelled part by part, resumable, by one process or many."""
