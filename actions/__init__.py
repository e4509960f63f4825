"""Custom actions, one file each, run by the action server. Rasa is not loaded here.

`rasa run actions` imports every module of this package and registers every action that it finds.
"""
