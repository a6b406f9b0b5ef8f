"""The protocol, its results, and what is made of them: ranking, leaderboard, ceiling, plots."""
