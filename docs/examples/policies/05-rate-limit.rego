# Ten runs a minute, and none longer than five seconds. What `oblige` says holds whenever such a call is allowed, whoever
# permits it, so it has conditions of its own. The tightest counts.
package yoi.policy.rate_limit

permit contains {
	"id": "cli-runs-notes",
	"because": "The command line runs the notes tools, ten times a minute",
} if {
	cli_runs_notes
}

oblige contains {"id": "cli-runs-notes-slowly", "rate": "10/1m", "timeout": "5s"} if cli_runs_notes

cli_runs_notes if {
	input.principal.id == "cli"
	input.action == "tool.execute"
	"project:example.notes" in input.resource.within
}
