# For ~/.config/yoi/policies: what is forbidden here is forbidden in every workspace, and no workspace can lift it.
# The permit shows that: it lets everything be read, and the forbid stands.
package yoi.policy.user_level_forbid

import data.yoi.action

forbid contains {
	"id": "projects-run-nothing-in-the-background",
	"because": "A plugin of a project reads files only while an agent waits for its tool",
} if {
	action.within(input.action, "host")
	input.context.plugin.source == "project"
	not somebody_waits
}

somebody_waits if {
	input.context.via.tool
	input.context.via.agent
}

permit contains {"id": "everyone-reads-everything", "because": "A permit as wide as it gets"} if {
	input.action == "fs.read"
}
