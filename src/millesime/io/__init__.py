"""Files in and out: rasters, vectors, the territory's configuration and the workspace where products live."""
