"""The steps of the GitHub Action and the GitLab template: they run ``kpi`` and pass its output on to the CI service.

Settings come from environment variables (KPI_FILE, KPI_DATA …), never from the text of a command, so that a shell never
evaluates text of a pull request. The action runs this package without installing it, so it only imports the standard
library and modules of kpi that do the same. This is the only package that uses the network: the step ``comment`` does,
and no other step gets a token.
"""
