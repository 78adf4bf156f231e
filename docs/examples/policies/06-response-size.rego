# A plugin reads small files only: a read that would give more than 64 KiB fails.
package yoi.policy.response_size

import data.yoi.path

permit contains {"id": "notes-reads-notes", "because": "The notes plugin reads files of up to 64 KiB"} if {
	notes_reads_notes
}

oblige contains {"id": "notes-reads-small-files", "max_response_bytes": 65536} if notes_reads_notes

notes_reads_notes if {
	input.principal.id == "project:example.notes"
	input.action == "fs.read"
	path.within(input.resource.id, "notes")
}
