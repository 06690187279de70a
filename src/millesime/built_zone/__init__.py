"""The built zone (zone construite): buildings and their near surroundings, delivered as a layer of its own."""
