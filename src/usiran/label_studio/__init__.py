"""The Label Studio format alone: configs, tasks, results, exports; no server."""
