"""The demo territory: imagery, heights, databases and truth of a made-up village, at two dates."""
