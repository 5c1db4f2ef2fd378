"""The sample: a district's half year and a commune's whole year, lived through step by step as their people would.

What it consists of is in `config/sample`. Nothing is inserted as a finished row: lists are imported, every state is reached
through `transition`, every record is written by the function of its stage.
"""

from workflow.across.sample.loading import load
from workflow.across.sample.people import PASSWORD, SampleAccount
from workflow.across.sample.report import SampleReport

__all__ = ["PASSWORD", "SampleAccount", "SampleReport", "load"]
