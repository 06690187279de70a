"""Production: runs the chain over the vintages of a territory and tells where each product stands."""
