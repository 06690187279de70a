"""The chapters of the report, each from the case and the place alone."""
