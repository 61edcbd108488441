"""What changed in a bucket, brought into a Chroma server or Cloud: a Lambda behind SQS, `ingest.worker.main.handler`.

In: SQS messages that hold S3's events. Out: documents in the collection, and the messages that are to come again.
"""
