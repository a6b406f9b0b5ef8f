"""What is said of the dataset: card, Croissant, citation, datasheet."""
