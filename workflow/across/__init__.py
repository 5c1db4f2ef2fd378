"""What looks over all stages: obligations, reports, lists, figures, oversight, documents, the sample."""
