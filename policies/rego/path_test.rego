package path_test

import data.yoi.path

test_a_path_lies_in_itself_and_in_every_folder_above_it if {
	every folder in ["notes/2026/plan.md", "notes/2026", "notes"] {
		path.within("notes/2026/plan.md", folder)
	}
}

test_segments_count_and_letters_do_not if {
	every pair in [
		["notes-old/plan.md", "notes"],
		["notes/privateer.md", "notes/private"],
		["notes/private.md", "notes/private"],
		["notes", "notes/private"],
		["other/notes/plan.md", "notes"],
		["notes/Private/a.md", "notes/private"],
		["notes/a/private", "notes/private"],
	] {
		not path.within(pair[0], pair[1])
	}
}

test_what_the_host_could_not_read_can_be_asked_about if {
	every id in ["", "../keys", "notes//a", "notes\\a"] {
		not path.within(id, "keys") with input as {"resource": {"id": id}}
	}
	path.within("keys/../notes", "keys") with input as {"resource": {"id": "keys/../notes"}}
}

test_paths_are_written_in_one_way if {
	every text in ["notes", "notes/a", "notes/2026/plan.md", "n-1/ü/日", "notes/..a/...", "notes/.hidden"] {
		path.is_path(text)
	}
	every text in [
		"",
		"/",
		"notes/",
		"/notes",
		"notes//a",
		"notes/.",
		"notes/..",
		"notes/../secret",
		"notes/./a",
		"Notes",
		"1notes",
		"notes\\a",
		"notes/a\\b",
		"notes/a\n",
		"notes/\u0000",
		"notes/\u007f",
		"*",
		5,
		null,
	] {
		not path.is_path(text)
	}
}
