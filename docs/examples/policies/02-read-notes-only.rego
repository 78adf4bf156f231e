# A plugin reads the notes and nothing else. `path.within` follows folders, not letters: `notes-old/plan.md` is not in
# `notes`.
package yoi.policy.read_notes_only

import data.yoi.path

permit contains {"id": "notes-reads-notes", "because": "The notes plugin reads the notes"} if {
	input.principal.id == "project:example.notes"
	input.action == "fs.read"
	path.within(input.resource.id, "notes")
}
