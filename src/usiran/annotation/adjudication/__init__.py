"""From the annotators' labels, by decisions with reasons, to the gold."""
