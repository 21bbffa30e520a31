"""Trainings on several replicas against the same training on one."""
