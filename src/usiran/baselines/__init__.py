"""The benchmark: tasks, protocol, scores, systems, results and the leaderboard."""
