"""What the GitHub Action and the GitLab template do around ``kpi``: they run it and take what it says to the service.

Settings come from the environment (KPI_FILE, KPI_DATA …), never from the text of a command, so that nothing of a pull
request is ever read by a shell. Standard library only. It lies outside of the package because it is the one part of the
project that talks to a network: the step ``comment`` does, and no other is given a token.
"""
