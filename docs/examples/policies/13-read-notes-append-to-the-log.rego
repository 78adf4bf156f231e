# Read the notes, append to the log, nothing else: not even a look at what the folder of the log has in it.
package yoi.policy.read_notes_append_to_the_log

import data.yoi.path

permit contains {
	"id": "notes-reads-notes",
	"because": "The notes plugin reads the notes, and sees what there is",
} if {
	input.principal.id == "project:example.notes"
	input.action in {"fs.read", "fs.list", "fs.stat"}
	path.within(input.resource.id, "notes")
}

permit contains {
	"id": "notes-appends-to-the-log",
	"because": "The notes plugin adds to its log, a few lines at a time",
} if {
	input.principal.id == "project:example.notes"
	input.action == "fs.append"
	input.resource.id == "logs/notes.log"
	input.context.bytes <= 4096
}
