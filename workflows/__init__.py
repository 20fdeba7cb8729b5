"""The durable processes of a cascade, one workflow per rollout and one per participant."""
