"""The systems: scikit-learn estimators, their settings, and the table of them."""
