"""AWS without AWS: the Lambda runtime, its emulator, S3 and a deployment, all on loopback."""
