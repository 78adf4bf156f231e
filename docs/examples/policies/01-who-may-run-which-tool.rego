# The command line may run one tool of one plugin. Everything else stays denied, because nothing permits it.
package yoi.policy.who_may_run_which_tool

permit contains {"id": "cli-runs-search", "because": "The command line searches the notes"} if {
	input.principal.id == "cli"
	input.action == "tool.execute"
	input.resource.id == "project:example.notes/search"
}

# Registering shows the tool to the agent, preparing loads the plugin ahead of the call.
permit contains {"id": "notes-register-search", "because": "The search tool is shown to agents"} if {
	input.principal.id == "project:example.notes"
	input.action == "tool.register"
	input.resource.id == "project:example.notes/search"
}

permit contains {"id": "host-prepares-notes", "because": "The notes plugin is loaded ahead of a call"} if {
	input.principal.id == "host"
	input.action == "plugin.prepare"
	input.resource.id == "project:example.notes"
}
