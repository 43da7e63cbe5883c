"""The services of one machine, each a process of its own, behind one address."""

from core.launch import launch_services

if __name__ == "__main__":
    launch_services()
