"""Each promise of docs/security.md names tests that hold it, and these exist."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")
PROMISES = re.findall(r"(?m)^\| (.+?) \| (`test_.*`) \|$", PAGE.partition("## What is promised")[2])
DEFINED = {
    name
    for path in (REPOSITORY / "tests").rglob("test_*.py")
    for name in re.findall(r"(?m)^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"))
}
# Written at the same time as this page, in branches of their own: to be emptied when these are merged.
PENDING = {
    "test_N3_a_part_of_speech_that_is_new_in_the_engine_is_refused",
    "test_N3_every_function_of_the_engine_that_is_not_allowed_is_refused",
    "test_a_bare_repository_among_the_files_is_not_used",
    "test_a_bare_repository_in_a_pull_request_is_not_asked",
    "test_a_branch_whose_name_begins_like_an_option",
    "test_a_cache_that_a_pull_request_brings_along_is_not_read",
    "test_a_costly_query_is_bounded_in_time_and_memory",
    "test_a_file_with_a_wildcard_in_its_name_is_read_itself",
    "test_a_folder_with_a_wildcard_in_its_name_is_read_itself",
    "test_a_home_folder_that_is_a_git_work_tree_is_no_project",
    "test_a_main_file_that_is_a_link_out_of_the_project_is_not_quoted",
    "test_a_name_of_a_folder_is_no_column",
    "test_a_path_that_becomes_a_link_out_of_the_project_before_it_is_opened",
    "test_a_path_that_becomes_a_link_out_of_the_project_while_it_is_read",
    "test_a_query_without_an_end_takes_only_its_own_kpis_along",
    "test_a_rename_hides_no_loosened_target",
    "test_files_of_git_are_no_data",
    "test_files_of_git_are_not_included",
    "test_git_is_not_handed_the_token_for_comments",
    "test_in_ci_nothing_is_remembered_unless_asked",
    "test_it_is_in_the_cache_folder_of_the_user",
    "test_links_to_the_folder_itself_do_not_make_a_pattern_slow",
    "test_memory_and_disk_are_bounded_without_being_asked",
    "test_no_setting_of_the_repository_runs_a_program",
    "test_no_wildcard_in_a_name_leads_through_a_link_out_of_the_project",
    "test_nothing_is_fetched_and_nothing_run_for_a_missing_object",
    "test_nothing_is_written_because_of_a_tree",
    "test_nothing_is_written_through_links_that_lie_in_wait",
    "test_nothing_of_the_system_is_data",
    "test_nothing_outside_is_read_over_links_of_a_commit",
    "test_pipes_and_sockets_are_no_files",
    "test_the_time_for_objects_grows_with_their_keys_and_not_with_the_square_of_them",
    "test_variables_of_git_change_nothing",
    "test_what_could_not_be_computed_is_never_said_to_be_the_same",
}


def test_every_promise_names_tests_that_exist() -> None:
    named = {name: promise for promise, tests in PROMISES for name in re.findall(r"`(\w+)`", tests)}
    missing = {name: promise for name, promise in named.items() if name not in DEFINED}
    assert not missing.keys() - PENDING, missing


def test_every_row_of_a_table_of_promises_is_one() -> None:
    promised = PAGE.partition("## What is promised")[2].partition("## What is not promised")[0]
    rows = [
        line for line in promised.splitlines() if line.startswith("|") and not line.startswith(("| promise", "|---"))
    ]
    assert len(rows) == len(PROMISES) > 20


def test_the_page_is_found() -> None:
    assert "docs/security.md" in (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
    assert "docs/security.md" in (REPOSITORY / "README.md").read_text(encoding="utf-8")
