"""The SageMaker of this machine: training jobs, really run, for clients that AWS_ENDPOINT_URL_SAGEMAKER sends here.

    boto3 ─► server ─► api (botocore's model) ─► jobs (state on disk) ─► runner ─► container (/opt/ml in a folder)
                                                                           │            └► the job's own program
                                                                           └► S3 and events of the local AWS

MiniStack has no SageMaker. `process` starts and stops it for a home, as `ministack` does with MiniStack.
"""
