"""What the far side, the network and the machine may do."""
