"""OCS GE of one vintage, made by rules: ossature, overlay of the sources, cover, use, minimum units."""
