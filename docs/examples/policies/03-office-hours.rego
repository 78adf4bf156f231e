# Tools run from Monday to Friday, between eight and six, in the zone of yoi.toml.
# The permit is wide and the forbid holds it back, so it holds back every other permit as well.
package yoi.policy.office_hours

permit contains {"id": "cli-runs-notes", "because": "The command line runs the tools of the notes plugin"} if {
	input.principal.id == "cli"
	input.action == "tool.execute"
	"project:example.notes" in input.resource.within
}

forbid contains {"id": "office-hours", "because": "Tools run in office hours only"} if {
	input.action == "tool.execute"
	not in_office_hours
}

in_office_hours if {
	input.context.now.weekday <= 5
	input.context.now.hour >= 8
	input.context.now.hour < 18
}
