"""Work nobody asks for: what must happen because time passes, or because a process died."""
