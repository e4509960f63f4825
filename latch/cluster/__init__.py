"""A group of workers on this machine: proxy, PostgreSQL, action server and workers, as processes on loopback.

It is what deploy/ puts into containers, with the same proxy configuration, where there is no container engine.
"""
