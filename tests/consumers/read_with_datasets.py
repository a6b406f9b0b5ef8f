"""Load every config with whatever `datasets` is here: by the card, and the files alone."""

import sys
from pathlib import Path

import datasets


def main() -> None:
    """Load, and look where versions differ: what a list of labels or of structs is."""
    root = sys.argv[1]
    configs = sorted(path.name for path in Path(root, "data").iterdir())
    for config in configs:
        files = [str(path) for path in sorted(Path(root, "data", config).glob("*.parquet"))]
        for loaded in (
            datasets.load_dataset(root, config),
            datasets.load_dataset("parquet", data_files=files),
        ):
            table = next(iter(loaded.values()))
            row, features = table[0], table.features
            assert len(table), config
            if config == "stance":
                assert features["stance"].int2str(row["stance"]) == "neutral"
                assert features["grounds"].feature.names[0] == "us+"
            if config == "spans":
                tags = features["actor_tags"].feature
                assert tags.int2str(row["actor_tags"][0]) == "O"
                assert isinstance(row["actors"], list)
    print(f"{len(configs)} configs, by the card and as Parquet files alone")


if __name__ == "__main__":
    main()
