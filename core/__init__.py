"""Where everything meets: settings, logging, and the container that wires the parts."""
