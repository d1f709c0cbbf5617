"""The faces of a run's questions: one widget for each way to answer, driven by the question's data alone."""
