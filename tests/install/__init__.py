"""What a user installs: the pins, the wheel, and a project made with it."""
