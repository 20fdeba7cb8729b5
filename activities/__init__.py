"""What workflows ask of the world: the door to the log, deliveries and notices."""
