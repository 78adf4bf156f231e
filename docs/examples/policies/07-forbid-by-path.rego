# Everything in the notes may be read, but for one folder. A forbid wins over any permit, whatever their order.
package yoi.policy.forbid_by_path

import data.yoi.action
import data.yoi.path

permit contains {"id": "plugins-read-notes", "because": "Plugins of this project read the notes"} if {
	input.context.plugin.source == "project"
	input.action == "fs.read"
	path.within(input.resource.id, "notes")
}

forbid contains {"id": "private-stays-private", "because": "Nobody reads the private notes"} if {
	action.within(input.action, "files")
	path.within(input.resource.id, "notes/private")
}
