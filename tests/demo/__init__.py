"""The demo: its sale, and that its books find what is wrong."""
