"""What is said of the dataset: card, Croissant, benchmark, citation, datasheet."""
