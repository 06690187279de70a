"""Evaluation: accuracy of any product against a truth, and conformity of files with their specification."""
