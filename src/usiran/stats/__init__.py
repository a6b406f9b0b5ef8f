"""Statistics that know nothing of news: agreement, resampling, scores."""
