"""The dataset where its texts may not be shown: taken out, and put back from a reader's copies."""
