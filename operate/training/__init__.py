"""SageMaker training jobs of a stage: what is asked of SageMaker (`jobs`, `images`), and by whom (`ask`)."""
